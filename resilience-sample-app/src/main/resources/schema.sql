create table products (
    id    bigint primary key,
    name  varchar(100) not null,
    price decimal(10, 2) not null
);

create table orders (
    id       varchar(36) primary key,
    product  bigint not null references products (id),
    quantity int not null,
    amount   decimal(12, 2) not null,
    receipt  varchar(50) not null,
    settled  boolean not null default false
);

-- Stands for work that keeps a connection busy.
create alias pause for "java.lang.Thread.sleep(long)";
