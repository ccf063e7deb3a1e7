document.cookie='_t=1; domain=shop.example; max-age=63072000';
