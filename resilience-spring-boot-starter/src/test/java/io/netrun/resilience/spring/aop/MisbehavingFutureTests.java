package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A future of another library, or a failure of one, may throw wherever it is asked. The call still ends. */
class MisbehavingFutureTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(Tasks.class);

    static Stream<Throwable> thrown() {
        return Stream.of(new IllegalStateException("get"), new AssertionError("get"), new Unreadable());
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void futureThatThrowsWhenAskedShouldFailTheCall(Throwable thrown) {
        runner.run(context -> {
            Tasks tasks = context.getBean(Tasks.class);
            for (boolean done : new boolean[] {true, false}) {
                Future<String> call = tasks.plain(new Misbehaving(done, thrown, null));
                CompletableFuture<Throwable> failure = new CompletableFuture<>();
                ((CompletableFuture<?>) call).whenComplete((value, failed) -> failure.complete(failed));
                assertThat(failure).succeedsWithin(10, TimeUnit.SECONDS).isSameAs(thrown);
            }
            awaitNoCall(context.getBean(ResilienceRegistry.class), "plain");
        });
    }

    @Test
    void futureThatThrowsWhenCancelledShouldBeCancelledAllTheSame() {
        runner.run(context -> {
            CountDownLatch end = new CountDownLatch(1);
            Future<String> call =
                    context.getBean(Tasks.class).plain(new Misbehaving(false, new IllegalStateException("get"), end));
            assertThat(call.cancel(true)).isTrue();
            assertThat(call.isCancelled()).isTrue();
            awaitNoCall(context.getBean(ResilienceRegistry.class), "plain");
            end.countDown();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void unreadableFailureShouldEndTheCallOfAPool(boolean later) {
        CompletableFuture<Object> stage = new CompletableFuture<>();
        CompletionStage<Object> call = PooledBody.start(() -> stage);
        if (later) {
            Awaitility.await().until(() -> stage.getNumberOfDependents() > 0);
        }
        Unreadable failure = new Unreadable();
        stage.completeExceptionally(failure);
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        call.whenComplete((value, thrown) -> seen.complete(thrown));
        assertThat(seen).succeedsWithin(10, TimeUnit.SECONDS).isSameAs(failure);
    }

    private static void awaitNoCall(ResilienceRegistry registry, String name) {
        Awaitility.await()
                .until(() -> registry.find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, name)
                                .orElseThrow()
                                .metrics()
                                .asyncActive()
                        == 0);
    }

    /** Throws when its cause is read. */
    static class Unreadable extends RuntimeException {

        Unreadable() {
            super("unreadable");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("getCause");
        }
    }

    /**
     * Throws wherever it is asked.
     *
     * @param end the result is awaited until then; null for no time
     */
    record Misbehaving(
            boolean isDone, Throwable thrown, @Nullable CountDownLatch end) implements Future<String> {

        @Override
        public boolean cancel(boolean mayInterrupt) {
            throw new IllegalStateException("cancel");
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public String get() throws InterruptedException {
            if (end != null) {
                end.await();
            }
            return sneaky(thrown);
        }

        @Override
        public String get(long timeout, TimeUnit unit) throws InterruptedException {
            return get();
        }

        @SuppressWarnings("unchecked") // the exception may be any
        private static <T, X extends Throwable> T sneaky(Throwable thrown) throws X {
            throw (X) thrown;
        }
    }

    static class Tasks {

        @Bulkhead(name = "plain")
        public Future<String> plain(Future<String> future) {
            return future;
        }
    }
}
