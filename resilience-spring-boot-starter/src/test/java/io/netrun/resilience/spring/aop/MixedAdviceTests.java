package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceThreadAutoConfiguration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.cloud.autoconfigure.RefreshAutoConfiguration;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

/** Retries together with transactions, caches and executors on one method, and on a bean that is replaced. */
class MixedAdviceTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    ResilienceAutoConfiguration.class,
                    ResilienceThreadAutoConfiguration.class,
                    RefreshAutoConfiguration.class))
            .withPropertyValues("resilience.retry.defaults.base-delay=1ms")
            .withUserConfiguration(Mixed.class);

    @Test
    void everyAttemptShouldHaveATransactionAndItsResultBeCached() throws Exception {
        runner.run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            assertThat(catalog.product(2)).isEqualTo("product after 2");
            assertThat(context.getBean(RecordingTransactions.class).log())
                    .containsExactly("begin", "rollback", "begin", "commit");
            assertThat(catalog.product(2)).isEqualTo("product after 2");
            assertThat(catalog.calls()).isEqualTo(2);
            assertThatThrownBy(() -> catalog.product(9)).hasRootCauseMessage("call 5");
            assertThatThrownBy(() -> catalog.product(9)).hasRootCauseMessage("call 8");
        });
    }

    @Test
    void asyncMethodWithATransactionShouldBeRetriedThere() {
        runner.run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            assertThat(catalog.later(3).get(30, TimeUnit.SECONDS))
                    .isNotEqualTo(Thread.currentThread().getName());
            assertThat(catalog.calls()).isEqualTo(3);
            assertThat(context.getBean(RecordingTransactions.class).ends())
                    .containsExactly("rollback", "rollback", "commit");
        });
    }

    /** The proxy of the scope and the bean behind it are not both protected. */
    @Test
    void beanOfTheRefreshScopeShouldBeProtectedOnce() {
        runner.run(context -> {
            Scoped scoped = context.getBean(Scoped.class);
            assertThatThrownBy(scoped::fail).hasRootCauseMessage("call 3");
            context.getBean(org.springframework.cloud.context.scope.refresh.RefreshScope.class)
                    .refreshAll();
            assertThatThrownBy(scoped::fail).hasRootCauseMessage("call 3"); // a new bean counts from the beginning
        });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableCaching
    @EnableAsync
    @EnableTransactionManagement
    static class Mixed {

        @Bean
        RecordingTransactions transactions() {
            return new RecordingTransactions();
        }

        @Bean
        CacheManager caches() {
            return new ConcurrentMapCacheManager();
        }

        @Bean
        Catalog catalog() {
            return new Catalog();
        }

        @Bean
        @RefreshScope
        Scoped scoped() {
            return new Scoped();
        }
    }

    static class Catalog {

        private final AtomicInteger calls = new AtomicInteger();

        public int calls() {
            return calls.get();
        }

        @Retry(name = "catalog", maxAttempts = 3)
        @Transactional
        @Cacheable("products")
        public String product(int successfulCall) {
            fail(successfulCall);
            return "product after " + successfulCall;
        }

        @Retry(name = "catalog", maxAttempts = 3)
        @Async
        @Transactional
        public CompletableFuture<String> later(int successfulCall) {
            fail(successfulCall);
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        private void fail(int successfulCall) {
            int call = calls.incrementAndGet();
            if (call < successfulCall) {
                throw new IllegalStateException("call " + call);
            }
        }
    }

    static class Scoped {

        private final AtomicInteger calls = new AtomicInteger();

        @Retry(name = "scoped", maxAttempts = 3)
        public String fail() {
            throw new IllegalStateException("call " + calls.incrementAndGet());
        }
    }
}
