package io.netrun.resilience;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryEvent;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

/** A caller leaves while another thread ends an inner call. What the caller attached looks at what is held. */
public class EndInProgressStress {

    /** The only attempt of a retry fails, and its event is delivered before it ends. */
    @JCStressTest
    @Outcome(id = "ended, 0, 1", expect = ACCEPTABLE, desc = "The call was first.")
    @Outcome(id = "cancelled, 0, 1", expect = ACCEPTABLE, desc = "The caller was first, or left meanwhile.")
    @Outcome(expect = FORBIDDEN, desc = "The permit was still held, or the call counts twice or not at all.")
    @State
    public static class PermitAgainstCancel {

        private final Bulkhead bulkhead = Bulkhead.of("test");
        private final Retry retry = Retry.of("test", c -> c.maxAttempts(1));
        private final CompletableFuture<String> body = new CompletableFuture<>();
        private final CompletableFuture<String> call;
        private volatile String end;
        private volatile int held;

        public PermitAgainstCancel() {
            retry.on(RetryEvent.Exhausted.class, event -> {});
            call = Pipeline.of(bulkhead, retry).callAsync(() -> body);
            call.handle((value, failure) -> {
                held = bulkhead.metrics().asyncActive();
                end = call.isCancelled() ? "cancelled" : "ended";
                return null;
            });
        }

        @Actor
        public void fail() {
            body.completeExceptionally(new IllegalStateException("down"));
        }

        @Actor
        public void cancel() {
            call.cancel(true);
        }

        @Arbiter
        public void look(LII_Result r) {
            r.r1 = end;
            r.r2 = held;
            r.r3 = (int) (retry.metrics().totalCancelled() + retry.metrics().totalExhausted());
        }
    }

    /** One of two attempts succeeds, so that the hedge stops the other one. */
    @JCStressTest
    @Outcome(id = "ended, 0", expect = ACCEPTABLE, desc = "The call was first.")
    @Outcome(id = "cancelled, 0", expect = ACCEPTABLE, desc = "The caller was first, or left meanwhile.")
    @Outcome(expect = FORBIDDEN, desc = "A slot or a permit was still held.")
    @State
    public static class SlotAgainstCancel {

        private final Bulkhead outer = Bulkhead.of("outer");
        private final Bulkhead inner = Bulkhead.of("inner");
        private final Hedge hedge = Hedge.of("test", HedgeConfig.defaults(), PassingTicker.INSTANCE);
        private final Queue<CompletableFuture<String>> bodies = new ConcurrentLinkedQueue<>();
        private final CompletableFuture<String> call;
        private volatile String end;
        private volatile int held;

        public SlotAgainstCancel() {
            call = Pipeline.of(outer, hedge, inner).callAsync(this::body);
            while (bodies.size() < 2 || hedge.metrics().active() == 0) {
                Thread.onSpinWait();
            }
            call.handle((value, failure) -> {
                held = outer.metrics().asyncActive()
                        + inner.metrics().asyncActive()
                        + hedge.metrics().active();
                end = call.isCancelled() ? "cancelled" : "ended";
                return null;
            });
        }

        private CompletableFuture<String> body() {
            CompletableFuture<String> body = new CompletableFuture<>();
            bodies.add(body);
            return body;
        }

        @Actor
        public void succeed() {
            bodies.element().complete("first");
        }

        @Actor
        public void cancel() {
            call.cancel(true);
        }

        @Arbiter
        public void look(LI_Result r) {
            r.r1 = end;
            r.r2 = held;
        }
    }
}
