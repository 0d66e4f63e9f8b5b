package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.ratelimiter.RateLimitExceededException;
import io.netrun.resilience.ratelimiter.RateLimiterMetrics;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Annotated methods whose calls take another number of tokens than one. */
class WeightedMethodTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withPropertyValues(
                    "resilience.rate-limiter.instances.mail.limit=10",
                    "resilience.rate-limiter.instances.mail.period=1h",
                    "mail.weight=4");

    @RateLimiter(name = "mail")
    static class Mail {

        public String one() {
            return "ok";
        }

        @RateLimiter(name = "mail", permits = "5")
        public String five() {
            return "ok";
        }

        @RateLimiter(name = "mail", permits = " ${mail.weight} ")
        public String configured() {
            return "ok";
        }

        @RateLimiter(name = "mail", permits = "#batch?.size()")
        public int send(List<String> batch) {
            return batch.size();
        }

        @RateLimiter(name = "mail", permits = "#p1 + @extra.length()")
        public long sum(String text, long count) {
            return count;
        }

        @RateLimiter(name = "mail", permits = "#count / 2.0")
        public double half(double count) {
            return count;
        }

        @RateLimiter(name = "mail", permits = "#batch.size()")
        public CompletableFuture<Integer> sendAsync(List<String> batch) {
            return CompletableFuture.completedFuture(batch.size());
        }

        @RateLimiter(name = "mail", permits = "#batch.size()")
        public Mono<Integer> sendReactive(List<String> batch) {
            return Mono.just(batch.size());
        }

        @RateLimiter(name = "mail", permits = "#batch.size()")
        public Flux<String> stream(List<String> batch) {
            return Flux.fromIterable(batch);
        }

        @Timeout(name = "all", duration = "10s", thread = "worker")
        @Retry(name = "all")
        @Bulkhead(name = "all")
        @CircuitBreaker(name = "all")
        @RateLimiter(name = "mail", permits = "#batch.size()")
        public int sendProtected(List<String> batch) {
            return batch.size();
        }
    }

    interface Outbox {

        @RateLimiter(name = "mail", permits = "#letters.size()")
        void deliver(List<String> letters);
    }

    static class QueuedOutbox implements Outbox {

        @Override
        public void deliver(List<String> items) {}
    }

    @Test
    void expressionShouldUseTheNamesOfAnImplementedMethod() {
        runner.withBean(QueuedOutbox.class).run(context -> {
            assertThat(context).hasNotFailed();
            context.getBean(Outbox.class).deliver(List.of("a", "b", "c"));
            assertThat(metrics(context.getBean(ResilienceRegistry.class)).available())
                    .isEqualTo(7);
        });
    }

    private static RateLimiterMetrics metrics(ResilienceRegistry registry) {
        return registry.find(io.netrun.resilience.ratelimiter.RateLimiter.TYPE, "mail")
                .orElseThrow()
                .metrics();
    }

    private void run(Scenario scenario) {
        runner.withBean(Mail.class).withBean("extra", String.class, () -> "ab").run(context -> {
            assertThat(context).hasNotFailed();
            scenario.run(context.getBean(Mail.class), context.getBean(ResilienceRegistry.class));
        });
    }

    private interface Scenario {
        void run(Mail mail, ResilienceRegistry registry) throws Exception;
    }

    @Test
    void callShouldTakeTheNumberOfTheAnnotation() {
        run((mail, registry) -> {
            mail.one();
            mail.five();
            assertThat(metrics(registry).available()).isEqualTo(4);
            mail.configured();
            assertThat(metrics(registry).available()).isZero();
            assertThatThrownBy(mail::five).isInstanceOf(RateLimitExceededException.class);
        });
    }

    @Test
    void callShouldTakeWhatTheExpressionYields() {
        run((mail, registry) -> {
            assertThat(mail.send(List.of("a", "b", "c"))).isEqualTo(3);
            assertThat(metrics(registry).available()).isEqualTo(7);
            assertThat(mail.sum("text", 2)).isEqualTo(2);
            assertThat(metrics(registry).available()).isEqualTo(3);
            assertThat(mail.send(List.of())).isZero();
            assertThat(metrics(registry).available()).isEqualTo(3);
            assertThat(metrics(registry).totalAccepted()).isEqualTo(3);
        });
    }

    @Test
    void callOfEachKindShouldTakeItsTokens() {
        List<String> two = List.of("a", "b");
        run((mail, registry) -> {
            assertThat(mail.sendAsync(two)).isCompletedWithValue(2);
            assertThat(mail.sendReactive(two).block()).isEqualTo(2);
            assertThat(mail.stream(two).collectList().block()).hasSize(2);
            assertThat(mail.sendProtected(two)).isEqualTo(2);
            assertThat(metrics(registry).available()).isEqualTo(2);
            assertThat(metrics(registry).totalAccepted()).isEqualTo(4);
        });
    }

    @Test
    void callWithANumberOutOfRangeShouldFailAndTakeNothing() {
        run((mail, registry) -> {
            List<String> eleven = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> mail.send(eleven))
                    .withMessage("RateLimiter 'mail': permits is 11: must be between 0 and 10, the burst;"
                            + " let the call take fewer, or raise the burst");
            assertThat(mail.sendAsync(eleven)).isCompletedExceptionally();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> mail.sum("", Long.MAX_VALUE - 2))
                    .withMessageContaining("permits is 2147483647");
            assertThat(metrics(registry).available()).isEqualTo(10);
        });
    }

    @Test
    void callWhoseExpressionFailsShouldFailAndTakeNothing() {
        run((mail, registry) -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> mail.send(null))
                    .withMessageEndingWith("Mail.send: @RateLimiter permits '#batch?.size()'"
                            + " must yield a whole number, and has yielded null");
            assertThatIllegalStateException()
                    .isThrownBy(() -> mail.half(2))
                    .withMessageEndingWith("must yield a whole number, and has yielded java.lang.Double");
            assertThatThrownBy(mail.sendAsync(null)::join)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot be evaluated: ");
            assertThat(metrics(registry).available()).isEqualTo(10);
        });
    }

    private void assertProblem(Class<?> bean, String... parts) {
        runner.withBean(bean).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure()).message().contains(parts);
        });
    }

    static class TooMany {
        @RateLimiter(name = "mail", permits = "11")
        public void send() {}
    }

    static class None {
        @RateLimiter(name = "mail", permits = "0")
        public void send() {}
    }

    static class Huge {
        @RateLimiter(name = "mail", permits = "99999999999")
        public void send() {}
    }

    static class Unreadable {
        @RateLimiter(name = "mail", permits = "#batch.size(")
        public void send(List<String> batch) {}
    }

    static class UnknownName {
        @RateLimiter(name = "mail", permits = "#batches.size()")
        public void send(List<String> batch) {}
    }

    static class NoHash {
        @RateLimiter(name = "mail", permits = "batch.size()")
        public void send(List<String> batch) {}
    }

    static class NoBean {
        @RateLimiter(name = "mail", permits = "@nobody.weight(#p0)")
        public void send(List<String> batch) {}
    }

    static class NoParameter {
        @RateLimiter(name = "mail", permits = "#batch.size()")
        public void send() {}
    }

    static class UnknownPlaceholder {
        @RateLimiter(name = "mail", permits = "${mail.unknown}")
        public void send() {}
    }

    @Test
    void numberOutOfRangeShouldBeAStartUpProblem() {
        assertProblem(
                TooMany.class,
                "TooMany.send: @RateLimiter permits '11' is above the burst of its instance, 10",
                "raise burst or limit of the instance");
        assertProblem(Huge.class, "Huge.send: @RateLimiter permits '99999999999' is above the burst");
        assertProblem(None.class, "None.send: @RateLimiter permits '0' must be at least 1");
    }

    @Test
    void unusableExpressionShouldBeAStartUpProblem() {
        assertProblem(
                Unreadable.class,
                "Unreadable.send: @RateLimiter permits '#batch.size(' is not an expression",
                "Write a number such as 5, or write an expression over the arguments, such as #batch or #p0");
        assertProblem(
                UnknownName.class,
                "UnknownName.send: @RateLimiter permits '#batches.size()' refers to #batches, but the arguments are"
                        + " #batch, #p0",
                "Write #batch");
        assertProblem(
                NoParameter.class,
                "refers to #batch, but the method has no arguments",
                "Write a number such as 5, or use a bean");
        assertProblem(NoHash.class, "refers to 'batch', which is no argument", "Write #batch for the argument");
        assertProblem(NoBean.class, "refers to bean 'nobody', which does not exist");
        assertProblem(
                UnknownPlaceholder.class,
                "UnknownPlaceholder.send: permits is '${mail.unknown}', which has a placeholder that cannot be resolved",
                "Set the property that it names");
    }
}
