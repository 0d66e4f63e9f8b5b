package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import jakarta.servlet.Filter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What a filter puts into the MDC is there wherever a policy runs code, and the application registers nothing. */
class MdcTests {

    private static WebApplication application;

    @BeforeAll
    static void start() {
        application = WebApplication.run(Traced.class);
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker", "later", "async-worker"})
    void mdcShouldBeThereWithoutARegistration(String kind) throws Exception {
        for (int request = 1; request <= 3; request++) {
            String trace = kind + request;
            assertThat(application.get("/" + kind + "?trace=" + trace)).isEqualTo(trace + " elsewhere");
        }
    }

    @Test
    void mdcShouldNotStayOnAWorker() throws Exception {
        assertThat(application.get("/worker?trace=first")).isEqualTo("first elsewhere");
        assertThat(application.get("/worker")).isEqualTo("null elsewhere");
    }

    @Configuration(proxyBeanMethods = false)
    @Import({Service.class, Controller.class})
    static class Traced {

        @Bean
        Filter trace() {
            return (request, response, chain) -> {
                String trace = request.getParameter("trace");
                if (trace != null) {
                    MDC.put("trace", trace);
                }
                try {
                    chain.doFilter(request, response);
                } finally {
                    MDC.remove("trace");
                }
            };
        }
    }

    static class Service {

        private final AtomicInteger attempts = new AtomicInteger();

        @Timeout(duration = "1m", thread = "worker")
        public String worker(Thread caller) {
            return found(caller);
        }

        /** Every first attempt fails. */
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public CompletableFuture<String> later(Thread caller) {
            return attempts.incrementAndGet() % 2 == 1
                    ? CompletableFuture.failedFuture(new IllegalStateException("the first"))
                    : CompletableFuture.completedFuture(found(caller));
        }

        /** A sync call in which both follow each other. */
        @Timeout(duration = "1m", thread = "worker")
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @Hedge(delay = "30s")
        public String asyncWorker(Thread caller) {
            if (attempts.incrementAndGet() % 2 == 1) {
                throw new IllegalStateException("the first");
            }
            return found(caller);
        }

        private static String found(Thread caller) {
            return MDC.get("trace") + (Thread.currentThread() == caller ? " here" : " elsewhere");
        }
    }

    @RestController
    static class Controller {

        private final Service service;

        Controller(Service service) {
            this.service = service;
        }

        @GetMapping("/{kind}")
        String answer(@PathVariable("kind") String kind) {
            Thread caller = Thread.currentThread();
            return switch (kind) {
                case "worker" -> service.worker(caller);
                case "later" -> service.later(caller).join();
                default -> service.asyncWorker(caller);
            };
        }
    }
}
