package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A time limit around each attempt, and one around all of them. */
@ExtendWith(OutputCaptureExtension.class)
class AttemptTimeoutTests {

    private final HandTicker ticker = new HandTicker();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(Ticker.class, () -> ticker)
            .withBean(Backend.class, () -> new Backend(ticker));

    @Test
    void attemptThatTakesTooLongShouldBeFollowedByAnother() {
        runner.run(context -> {
            Backend backend = context.getBean(Backend.class);
            assertThat(backend.slowOnce()).isEqualTo("ok");
            assertThat(backend.calls()).isEqualTo(2);
            assertThat(registry(context)
                            .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "Backend.slowOnce")
                            .orElseThrow()
                            .metrics()
                            .totalFailed())
                    .isEqualTo(1);
        });
    }

    @Test
    void asynchronousAttemptThatTakesTooLongShouldBeFollowedByAnother() {
        runner.run(context -> {
            CompletableFuture<String> call = context.getBean(Backend.class).slowOnceLater();
            ticker.pass(Duration.ofMillis(100));
            await().until(() -> {
                ticker.pass(Duration.ofMillis(1)); // the delay of the retry, which a worker schedules
                return call.isDone();
            });
            assertThat(call).isCompletedWithValue("ok");
        });
    }

    @Test
    void outerTimeoutShouldEndTheCallWhateverItsAttemptsTake() {
        runner.run(context -> assertThatThrownBy(context.getBean(Backend.class)::alwaysSlow)
                .isInstanceOfSatisfying(
                        TimeoutExceededException.class,
                        exceeded -> assertThat(exceeded.name()).isEqualTo("Backend.alwaysSlow")));
    }

    @Test
    void instanceShouldBeNamedAfterTheMethodAndTheAttempt() {
        runner.run(context -> assertThat(registry(context).all(io.netrun.resilience.timeout.Timeout.TYPE))
                .extracting(Policy::name)
                .contains("Backend.alwaysSlow", "Backend.alwaysSlow.attempt"));
    }

    @Test
    void configurationShouldReachTheLimitOfAnAttempt() {
        runner.withPropertyValues("resilience.timeout.instances.[Backend.alwaysSlow.attempt].duration=123ms")
                .run(context -> assertThat(registry(context)
                                .find(io.netrun.resilience.timeout.Timeout.TYPE, "Backend.alwaysSlow.attempt")
                                .orElseThrow()
                                .config()
                                .duration())
                        .hasMillis(123));
    }

    @Test
    void limitOfAnAttemptShouldBeInnermost() {
        runner.run(context -> assertThat(chain(context, "alwaysSlow"))
                .containsExactly("Backend.alwaysSlow", "Backend.alwaysSlow", "Backend.alwaysSlow.attempt"));
    }

    @Test
    void orderShouldMoveTheLimitOfAnAttempt() {
        runner.withPropertyValues("resilience.order=attempt-timeout,circuit-breaker")
                .run(context -> assertThat(chain(context, "slowOnce"))
                        .containsExactly("Backend.slowOnce", "Backend.slowOnce.attempt", "Backend.slowOnce"));
    }

    @Test
    void oneInstanceInBothSlotsShouldFailStartup() {
        runner.withBean(Confused.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("Confused.call: timeout and attempt-timeout are both Timeout 'same'"));
    }

    @Test
    void sumsThatDoNotFitShouldBeLogged(CapturedOutput output) {
        runner.withBean(Hasty.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output)
                    .contains(
                            "Hasty.manyAttempts(): 3 attempts of 2s, with the waits between them, of Retry"
                                    + " 'Hasty.manyAttempts' can take 9s, but Timeout 'Hasty.manyAttempts' around it gives up"
                                    + " after 5s",
                            "Hasty.longAttempt(): Timeout 'Hasty.longAttempt.attempt' gives up after 2s, but Timeout"
                                    + " 'Hasty.longAttempt' around it does so after 1s");
        });
    }

    private static ResilienceRegistry registry(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class);
    }

    private static Iterable<String> chain(AssertableApplicationContext context, String method) {
        return context.getBean(MethodPipelines.class).all().stream()
                .filter(pipeline -> pipeline.title().contains("." + method + "("))
                .flatMap(pipeline -> pipeline.pipeline().policies().stream())
                .map(Policy::name)
                .toList();
    }

    /** Hangs in its first calls, or in all. A call that hangs lets the time pass itself, and only then. */
    static class Backend {

        private final AtomicInteger calls = new AtomicInteger();
        private final HandTicker ticker;

        Backend(HandTicker ticker) {
            this.ticker = ticker;
        }

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker
        @AttemptTimeout(duration = "100ms")
        public String slowOnce() throws InterruptedException {
            if (calls.incrementAndGet() == 1) {
                hang(Duration.ofMillis(100));
            }
            return "ok";
        }

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @AttemptTimeout(duration = "100ms")
        public CompletableFuture<String> slowOnceLater() {
            return calls.incrementAndGet() == 1 ? new CompletableFuture<>() : CompletableFuture.completedFuture("ok");
        }

        @Timeout(duration = "300ms")
        @Retry(maxAttempts = 100, baseDelay = "1ms", maxDelay = "1ms", jitter = "none")
        @AttemptTimeout(duration = "200ms")
        public String alwaysSlow() throws InterruptedException {
            hang(calls.incrementAndGet() == 1 ? Duration.ofMillis(200) : Duration.ofMillis(100));
            return "never";
        }

        public int calls() {
            return calls.get();
        }

        private void hang(Duration time) throws InterruptedException {
            ticker.pass(time);
            new CountDownLatch(1).await();
        }
    }

    /** Gives both limits the same name. */
    static class Confused {

        @Timeout(name = "same")
        @AttemptTimeout(name = "same")
        public String call() {
            return "ok";
        }
    }

    /** Gives up before what is within can end. */
    static class Hasty {

        @Timeout(duration = "5s")
        @Retry(maxAttempts = 3, baseDelay = "1s", jitter = "none")
        @AttemptTimeout(duration = "2s")
        public String manyAttempts() {
            return "ok";
        }

        @Timeout(duration = "1s")
        @AttemptTimeout(duration = "2s")
        public String longAttempt() {
            return "ok";
        }
    }
}
