// Sets a cookie of the page's own domain, from another company's host.

document.cookie = "by_third=1; domain=kronglete.example; path=/; max-age=600";
