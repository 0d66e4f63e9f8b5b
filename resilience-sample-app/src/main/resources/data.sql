insert into products (id, name, price) values
    (1, 'Teapot', 24.90),
    (2, 'Mug', 9.50),
    (3, 'Kettle', 39.00),
    (4, 'Tea tin', 12.00),
    (5, 'Samovar', 1490.00);
