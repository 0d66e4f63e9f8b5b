package io.netrun.resilience.sample.shop;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.Retry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The database, with a bulkhead around a retry. The bulkhead rejects callers before the connection pool is exhausted.
 * The retry covers failures that the database reports as transient, such as a lost race for a lock.
 */
@Repository
@Bulkhead(name = "database")
@Retry(name = "database", exceptions = TransientDataAccessException.class)
class OrderRepository {

    private final JdbcClient database;

    OrderRepository(JdbcClient database) {
        this.database = database;
    }

    public List<Product> products() {
        return database.sql("select id, name, price from products order by id")
                .query(Product.class)
                .list();
    }

    public Optional<Product> product(long id) {
        return database.sql("select id, name, price from products where id = ?")
                .param(id)
                .query(Product.class)
                .optional();
    }

    public void save(Order order) {
        database.sql("insert into orders (id, product, quantity, amount, receipt) values (?, ?, ?, ?, ?)")
                .params(order.id(), order.product(), order.quantity(), order.amount(), order.receipt())
                .update();
    }

    public List<String> unsettled() {
        return database.sql("select id from orders where not settled order by id")
                .query(String.class)
                .list();
    }

    public void markSettled(List<String> orders) {
        database.sql("update orders set settled = true where id in (:orders)")
                .param("orders", orders)
                .update();
    }

    /**
     * A report that keeps the database busy for a while. Its own, smaller bulkhead replaces the one of the class, so
     * that reports never use up the connections that customers need. The retry of the class applies.
     */
    @Bulkhead(name = "reports")
    public List<Sales> salesReport(Duration work) {
        database.sql("call pause(?)").param(work.toMillis()).query().listOfRows();
        return database.sql("select p.name as product, count(o.id) as orders, coalesce(sum(o.amount), 0) as amount"
                        + " from products p left join orders o on o.product = p.id group by p.id, p.name order by p.id")
                .query(Sales.class)
                .list();
    }
}
