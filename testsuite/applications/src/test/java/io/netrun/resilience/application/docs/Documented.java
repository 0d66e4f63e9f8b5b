package io.netrun.resilience.application.docs;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.web.client.RestClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the code of the documentation takes for granted: a shop and its downstream services. Each block is compiled
 * within a subclass.
 */
@SuppressWarnings("NullAway.Init")
public abstract class Documented {

    protected final Logger log = LoggerFactory.getLogger("docs");
    protected Client client;

    /** The same service elsewhere. */
    protected Client mirror;

    protected ReactiveClient reactiveClient;
    protected Repository repository;
    protected Geocoder geocoder;
    protected Catalog catalog;
    protected Cache cache;
    protected RestClient http;
    protected CircuitBreakerFactory<?, ?> factory;
    protected ResilienceRegistry registry;
    protected CircuitBreaker breaker;
    protected Retry retry;
    protected Timeout timeout;
    protected Pipeline pipeline;
    protected ManualTicker ticker;
    protected Order order;
    protected Mailer mail;
    protected Mail one;
    protected List<Mail> batch;
    protected URI uri;
    protected String parcel;
    protected String address;
    protected long id;

    protected Client failingFiveTimes() {
        return client;
    }

    protected void callFiveTimes(Payments payments) {}

    public interface Client {

        Receipt charge(Order order);

        CompletableFuture<Receipt> chargeAsync(Order order);

        void ping();

        String fetch(URI uri);

        Page page(URI uri);

        CompletableFuture<Quote> quoteAsync(String parcel);

        Stock stock(long id);
    }

    public interface Mailer {

        Receipt send(Mail mail);

        Receipt send(List<Mail> batch);
    }

    public interface ReactiveClient {

        Mono<Receipt> charge(Order order);

        Flux<Price> prices();
    }

    public interface TokenStore {

        void renew();
    }

    public interface Repository {

        List<Order> findAll();
    }

    public interface Geocoder {

        Location locate(String address);
    }

    public interface Catalog {

        Product product(long id);
    }

    public interface Cache {

        Product get(long id);
    }

    public interface RatesController {

        String rate(String currency);
    }

    public record Payments(CircuitBreaker breaker, Client client) {

        public Receipt charge(Order order) {
            return breaker.call(() -> client.charge(order));
        }
    }

    public record Receipt(String number) {}

    public record Order(String id) {}

    public record Mail(String to) {}

    public record Report(String text) {}

    public record Filter(String text) {}

    public record Page(String text) {}

    public record Quote(String price) {}

    public record Price(String amount) {}

    public record Location(double latitude, double longitude) {}

    public record Product(String name) {

        public static final Product UNKNOWN = new Product("unknown");
    }

    public record Stock(int quantity) {

        public static final Stock UNKNOWN = new Stock(0);
    }
}
