package io.netrun.resilience.benchmarks.http;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import reactor.core.publisher.Mono;

/** What the handler calls: the same bean, with bulkhead, retry and circuit breaker of one of the libraries. */
interface Answers {

    String answer(String name);

    Mono<String> answerLater(String name);

    /** How many calls have ended well, as the library's circuit breaker has counted them. */
    long counted();

    private static String to(String name) {
        return "Hello, " + name;
    }

    /** Without a library. */
    class Plain implements Answers {

        @Override
        public String answer(String name) {
            return to(name);
        }

        @Override
        public Mono<String> answerLater(String name) {
            return Mono.fromSupplier(() -> to(name));
        }

        @Override
        public long counted() {
            return Long.MAX_VALUE;
        }
    }

    /** With this library. */
    class Netrun implements Answers {

        private final ResilienceRegistry registry;

        Netrun(ResilienceRegistry registry) {
            this.registry = registry;
        }

        @Override
        @Bulkhead(name = "answers")
        @Retry(name = "answers")
        @CircuitBreaker(name = "answers")
        public String answer(String name) {
            return to(name);
        }

        @Override
        @Bulkhead(name = "answers")
        @Retry(name = "answers")
        @CircuitBreaker(name = "answers")
        public Mono<String> answerLater(String name) {
            return Mono.fromSupplier(() -> to(name));
        }

        @Override
        public long counted() {
            return registry.find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "answers")
                    .orElseThrow()
                    .metrics()
                    .totalSucceeded();
        }
    }

    /** With resilience4j. */
    class Resilience4j implements Answers {

        private final CircuitBreakerRegistry registry;

        Resilience4j(CircuitBreakerRegistry registry) {
            this.registry = registry;
        }

        @Override
        @io.github.resilience4j.bulkhead.annotation.Bulkhead(name = "answers")
        @io.github.resilience4j.retry.annotation.Retry(name = "answers")
        @io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "answers")
        public String answer(String name) {
            return to(name);
        }

        @Override
        @io.github.resilience4j.bulkhead.annotation.Bulkhead(name = "answers")
        @io.github.resilience4j.retry.annotation.Retry(name = "answers")
        @io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "answers")
        public Mono<String> answerLater(String name) {
            return Mono.fromSupplier(() -> to(name));
        }

        /** Its window keeps the last 100 calls; there is no total. */
        @Override
        public long counted() {
            long inWindow = registry.circuitBreaker("answers").getMetrics().getNumberOfSuccessfulCalls();
            return inWindow == 100 ? Long.MAX_VALUE : inWindow;
        }
    }
}
