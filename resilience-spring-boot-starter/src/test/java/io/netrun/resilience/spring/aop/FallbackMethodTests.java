package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.fallback.FallbackMetrics;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class FallbackMethodTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withBean(Catalog.class)
            .withBean("archive", Archive.class);

    @Test
    void closestFailureShouldDecideWhichMethodIsCalled() {
        runner.run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            assertThat(catalog.product(7, new IOException("down"))).isEqualTo("io 7 down");
            assertThat(catalog.product(7, new IllegalStateException())).isEqualTo("any 7");
            assertThat(catalog.product(7, null)).isEqualTo("fresh 7");
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(io.netrun.resilience.fallback.Fallback.TYPE, "Catalog.product")
                            .orElseThrow()
                            .metrics())
                    .isEqualTo(new FallbackMetrics(2, 0, 0, 0));
        });
    }

    @Test
    void errorShouldPassWhereNoMethodIsForIt() {
        AssertionError error = new AssertionError();
        runner.run(context -> assertThatThrownBy(
                        () -> context.getBean(Catalog.class).product(7, error))
                .isSameAs(error));
    }

    @Test
    void fallbackShouldStandAroundTheRetryAndTheBreaker() {
        runner.run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            assertThat(catalog.price()).isEqualTo("RetryExhaustedException after 2 calls");
            assertThat(catalog.price()).isEqualTo("CircuitOpenException after 2 calls");
        });
    }

    @Test
    void methodOfAnotherBeanShouldBeCalledWithItsOwnProtection() {
        runner.run(context ->
                assertThat(context.getBean(Catalog.class).archived("mug")).isEqualTo("archived mug"));
    }

    @Test
    void futureShouldBeReplacedByAFuture() {
        runner.run(context -> {
            Catalog catalog = context.getBean(Catalog.class);
            assertThat(catalog.later().get(10, TimeUnit.SECONDS)).isEqualTo("later");
            assertThat(catalog.some().get(10, TimeUnit.SECONDS)).isEqualTo("some");
        });
    }

    @Test
    void failureOfTheFallbackShouldBeTheCallsAndUnchanged() {
        runner.run(context -> assertThatThrownBy(
                        () -> context.getBean(Catalog.class).hopeless())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("second")
                .hasNoSuppressedExceptions());
    }

    @Test
    void disabledInstanceShouldLetTheFailurePass() {
        runner.withPropertyValues("resilience.fallback.instances.[Catalog.product].enabled=false")
                .run(context -> assertThatThrownBy(
                                () -> context.getBean(Catalog.class).product(7, new IllegalStateException("down")))
                        .isInstanceOf(IllegalStateException.class));
    }

    @Test
    void methodThatIsNotThereShouldStopTheStartAndNameTheNearest() {
        runner.withBean(Misspelt.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("Misspelt.load: @Fallback finds no method named 'chached'")
                        .hasMessageContaining("Did you mean 'cached'?"));
    }

    @Test
    void methodThatDoesNotFitShouldStopTheStartAndSayWhatWould() {
        runner.withBean(Unfit.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("finds no matching method")
                        .hasMessageContaining("Declare the parameters (long, String) or none")
                        .hasMessageContaining("and return String"));
    }

    @Test
    void methodWithOtherTypeArgumentsShouldStopTheStart() {
        runner.withBean(Generous.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Generous.names: @Fallback finds no matching method 'numbers'")
                        .hasMessageContaining("and return List<String>"));
    }

    @Test
    void privateMethodOfAnotherBeanShouldStopTheStart() {
        runner.withBean(Curious.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("and return String, and do not make it private"));
    }

    @Test
    void beanThatIsNotThereShouldStopTheStart() {
        runner.withBean(Lonely.class)
                .run(context -> assertThat(context).getFailure().hasMessageContaining("finds no bean named 'nobody'"));
    }

    static class Catalog {

        private int prices;

        @Fallback(method = "cached")
        public String product(long id, Throwable thrown) {
            if (thrown != null) {
                throw Catalog.<RuntimeException>sneak(thrown);
            }
            return "fresh " + id;
        }

        private String cached(long id, Throwable thrown, IOException failure) {
            return "io " + id + " " + failure.getMessage();
        }

        private String cached(long id, Throwable thrown) {
            return "any " + id;
        }

        @Fallback(method = "cachedPrice")
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker(failureThreshold = 2)
        public String price() throws IOException {
            prices++;
            throw new IOException();
        }

        private String cachedPrice(RetryExhaustedException failure) {
            return "RetryExhaustedException after " + prices + " calls";
        }

        private String cachedPrice(CircuitOpenException failure) {
            return "CircuitOpenException after " + prices + " calls";
        }

        @Fallback(method = "find", bean = "archive")
        public String archived(String name) {
            throw new IllegalStateException();
        }

        @Fallback(method = "laterCached")
        public CompletableFuture<String> later() {
            return CompletableFuture.failedFuture(new IOException());
        }

        private CompletableFuture<String> laterCached() {
            return CompletableFuture.completedFuture("later");
        }

        @Fallback(method = "someCached")
        public Future<String> some() {
            return CompletableFuture.failedFuture(new IOException());
        }

        private Future<String> someCached() {
            return CompletableFuture.completedFuture("some");
        }

        @Fallback(method = "hopelessToo")
        public String hopeless() {
            throw new IllegalStateException("first");
        }

        private String hopelessToo() {
            throw new IllegalStateException("second");
        }

        @SuppressWarnings("unchecked") // the caller's method declares nothing
        private static <X extends Throwable> X sneak(Throwable thrown) throws X {
            throw (X) thrown;
        }
    }

    /** Protected itself, so that it is a proxy. */
    static class Archive {

        private int calls;

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public String find(String name) {
            if (++calls == 1) {
                throw new IllegalStateException("the first call fails");
            }
            return "archived " + name;
        }

        private String hidden() {
            return "";
        }
    }

    static class Curious {

        @Fallback(method = "hidden", bean = "archive")
        public String load() {
            return "";
        }
    }

    static class Misspelt {

        @Fallback(method = "chached")
        public String load() {
            return "";
        }

        String cached() {
            return "";
        }
    }

    static class Unfit {

        @Fallback(method = "cached")
        public String load(long id, String name) {
            return "";
        }

        String cached(int id) {
            return "";
        }

        int cached(long id, String name) {
            return 0;
        }
    }

    static class Generous {

        @Fallback(method = "numbers")
        public List<String> names() {
            return List.of();
        }

        private List<Integer> numbers() {
            return List.of();
        }
    }

    static class Lonely {

        @Fallback(method = "load", bean = "nobody")
        public String load() {
            return "";
        }
    }
}
