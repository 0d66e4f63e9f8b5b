package io.netrun.resilience.application;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceEndpointAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceMetricsAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceObservationAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceThreadAutoConfiguration;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * An application that DevTools would restart: its classes are loaded anew each time, those of the library are not. It
 * has nothing but the starter, since threads of other libraries may keep it.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    ResilienceAutoConfiguration.class,
    ResilienceThreadAutoConfiguration.class,
    ResilienceEndpointAutoConfiguration.class,
    ResilienceMetricsAutoConfiguration.class,
    ResilienceObservationAutoConfiguration.class,
    ResilienceHttpClientsAutoConfiguration.class,
    ResilienceRefreshAutoConfiguration.class
})
@Import(RestartedShop.Catalog.class)
public class RestartedShop {

    private static CompletableFuture<Boolean> waiting = new CompletableFuture<>();

    public static ConfigurableApplicationContext run() {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(RestartedShop.class)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .run();
        ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
        registry.onChange(event -> Item.seen.incrementAndGet());
        registry.find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "broken")
                .orElseThrow()
                .onStateChange((from, to) -> Item.seen.incrementAndGet());
        return context;
    }

    /** Makes calls of all kinds, and returns for each whether code there can load the application's own classes. */
    public static Map<String, Boolean> calls(ConfigurableApplicationContext context) throws InterruptedException {
        Catalog catalog = context.getBean(Catalog.class);
        Map<String, Boolean> loadable = new TreeMap<>();
        loadable.put("worker", catalog.worker());
        loadable.put("hedge", catalog.hedged());
        loadable.put("later attempt", catalog.later().join());
        CompletableFuture<Boolean> limited = catalog.limited();
        catalog.end();
        loadable.put("limited future", limited.join());
        loadable.put("fallback", catalog.replaced().join());
        waiting = catalog.patient();
        for (int call = 0; call < 3; call++) {
            try {
                catalog.broken();
            } catch (RuntimeException e) {
                Item.seen.incrementAndGet();
            }
        }
        return loadable;
    }

    /** Whether the call that was left waiting has ended. */
    public static boolean isWaitingOver() {
        try {
            waiting.join();
            return true;
        } catch (CompletionException e) {
            return true;
        }
    }

    @Bean
    ConfigCustomizer<TimeoutConfig> customizer() {
        return ConfigCustomizer.of(TimeoutConfig.class, (name, config) -> {
            Item.seen.incrementAndGet();
            return config;
        });
    }

    static class Item {

        static final AtomicInteger seen = new AtomicInteger();

        static boolean isLoadable() {
            try {
                return Class.forName(
                                Item.class.getName(),
                                true,
                                Thread.currentThread().getContextClassLoader())
                        == Item.class;
            } catch (ClassNotFoundException e) {
                return false;
            }
        }
    }

    static class Catalog {

        private final CompletableFuture<Boolean> pending = new CompletableFuture<>();
        private final AtomicInteger attempts = new AtomicInteger();
        private final AtomicInteger hedges = new AtomicInteger();

        @Timeout(duration = "1h", thread = "worker")
        public boolean worker() {
            return Item.isLoadable();
        }

        @Hedge(delay = "5ms")
        public boolean hedged() throws InterruptedException {
            if (hedges.incrementAndGet() == 1) {
                new CountDownLatch(1).await();
            }
            return Item.isLoadable();
        }

        @Retry(maxAttempts = 2, baseDelay = "5ms")
        public CompletableFuture<Boolean> later() {
            return attempts.incrementAndGet() == 1
                    ? CompletableFuture.failedFuture(new IllegalStateException("the first"))
                    : CompletableFuture.completedFuture(Item.isLoadable());
        }

        @Timeout(duration = "1h")
        public CompletableFuture<Boolean> limited() {
            return pending;
        }

        public void end() {
            pending.complete(Item.isLoadable());
        }

        @Fallback(method = "instead")
        @Timeout(duration = "5ms")
        public CompletableFuture<Boolean> replaced() {
            return new CompletableFuture<>();
        }

        CompletableFuture<Boolean> instead() {
            return CompletableFuture.completedFuture(Item.isLoadable());
        }

        /** Still waits for its next attempt when the application ends. */
        @Retry(maxAttempts = 2, baseDelay = "1h", maxDelay = "1h")
        public CompletableFuture<Boolean> patient() {
            return CompletableFuture.failedFuture(new IllegalStateException("the first"));
        }

        @CircuitBreaker(name = "broken", failureThreshold = 2, openDuration = "1h")
        public void broken() {
            throw new IllegalStateException("broken");
        }
    }
}
