from scanner.collectors.handlers import handlers


def test_scripts_handlers_and_links_are_code():
    html = """<img src=x onerror="document.cookie = &quot;a=1&quot;"><p class="on">
    <a href=" javascript:go(%27x%27)">x</a><script>b = 1 < 2</script><script src=y></script>"""

    assert handlers(html) == ('document.cookie = "a=1"', "go('x')", "b = 1 < 2", "")


def test_documents_in_attributes_are_read():
    html = """<iframe srcdoc="<p onclick=go()><iframe srcdoc='&lt;script>x = 1&lt;/script>'>">"""
    endless = "<iframe srcdoc=" * 2000

    assert handlers(html) == ("go()", "x = 1")
    assert handlers(endless) == ()


def test_broken_html_is_no_fault():
    assert handlers("<img onload=a <script>x") is not None
    assert handlers("") == ()
    assert handlers("<p onclick=go()><![wrong[x]]><p onclick=on()>")[0] == "go()"
