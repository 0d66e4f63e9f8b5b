package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** User code that a call runs on the thread which ends its future: it sees the caller's context, not that thread's. */
@org.junit.jupiter.api.Timeout(60)
class CallbackContextTests {

    private final User user = new User();
    private final List<@Nullable String> seen = new CopyOnWriteArrayList<>();
    private final ManualTicker ticker = new ManualTicker();
    private final CompletableFuture<String> slow = new Unstoppable();

    @BeforeEach
    void register() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(user);
        user.current.set("caller");
    }

    @AfterEach
    void remove() {
        user.current.remove();
        ContextRegistry.getInstance().removeThreadLocalAccessor("user");
    }

    @Test
    void lateResultOfATimeoutShouldComeInTheCallersContext() {
        Timeout timeout = timeout();
        CompletableFuture<String> call = timeout.callAsync(() -> slow);
        ticker.advance(Duration.ofSeconds(2));
        await().until(call::isDone);
        user.current.set("other");
        slow.complete("late");
        await().untilAsserted(() -> assertThat(seen).containsExactly("caller"));
        assertThat(user.current.get()).isEqualTo("other");
    }

    @Test
    void lateResultOfACancelledCallShouldComeInItsContext() {
        Timeout timeout = timeout();
        CompletableFuture<String> call = timeout.callAsync(() -> slow);
        user.current.set("other");
        call.cancel(true);
        slow.complete("late");
        assertThat(seen).containsExactly("caller");
    }

    private Timeout timeout() {
        Timeout timeout = Timeout.of(
                "t", TimeoutConfig.builder().duration(Duration.ofSeconds(1)).build(), ticker);
        timeout.onLateResult(result -> seen.add(user.current.get()));
        return timeout;
    }

    @Test
    void lateResultOfAHedgeShouldComeInTheCallersContext() {
        Hedge hedge = Hedge.of("h", c -> c.delay(Duration.ofMillis(1)));
        hedge.onLateResult(result -> seen.add(user.current.get()));
        List<CompletableFuture<String>> attempts =
                new CopyOnWriteArrayList<>(List.of(slow, CompletableFuture.completedFuture("second")));
        CompletableFuture<String> call = hedge.callAsync(() -> attempts.remove(0));
        assertThat(call.join()).isEqualTo("second");
        user.current.set("other");
        slow.complete("late");
        assertThat(seen).containsExactly("caller");
    }

    @Test
    void predicatesOfACircuitShouldSeeTheCallersContext() {
        CircuitBreaker circuit = CircuitBreaker.of(
                "c",
                c -> c.failure(thrown -> seen.add(user.current.get()))
                        .failureResult(result -> seen.add(user.current.get())));
        CompletableFuture<String> failing = new CompletableFuture<>();
        CompletableFuture<String> returning = new CompletableFuture<>();
        circuit.callAsync(() -> failing);
        circuit.callAsync(() -> returning);
        user.current.set("other");
        failing.completeExceptionally(new IllegalStateException("failed"));
        returning.complete("done");
        assertThat(seen).containsExactly("caller", "caller");
    }

    /** A future that ignores a cancel. */
    private static final class Unstoppable extends CompletableFuture<String> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return false;
        }
    }

    private static final class User implements ThreadLocalAccessor<String> {

        private final ThreadLocal<@Nullable String> current = new ThreadLocal<>();

        @Override
        public Object key() {
            return "user";
        }

        @Override
        public @Nullable String getValue() {
            return current.get();
        }

        @Override
        public void setValue(String value) {
            current.set(value);
        }

        @Override
        public void setValue() {
            current.remove();
        }
    }
}
