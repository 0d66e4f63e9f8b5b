package shop;

import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
import io.github.resilience4j.retry.annotation.Retry;

public class Prices {

    @Retry(name = "prices")
    @CircuitBreaker(name = "prices", fallbackMethod = "last")
    public int price(String article) {
        throw new IllegalStateException(article);
    }

    int last(String article, Throwable failure) {
        return 1;
    }
}
