package io.netrun.resilience;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

/** A future that is ended from inside and from outside at once. */
public class CallFutureEndStress {

    private static final class Call extends CallFuture<String> {

        private final AtomicInteger stops = new AtomicInteger();

        void end() {
            finish("ended", null);
        }

        @Override
        protected void stop() {
            stops.incrementAndGet();
        }
    }

    /** The call ends as its caller leaves. What is attached to the future looks whether the call was stopped. */
    @JCStressTest
    @Outcome(id = "ended, 0, 1", expect = ACCEPTABLE, desc = "The call was first; there is nothing to stop.")
    @Outcome(id = "cancelled, 1, 1", expect = ACCEPTABLE, desc = "The caller was first; the call was stopped before.")
    @Outcome(expect = FORBIDDEN, desc = "Published before it was stopped, stopped though it ended, or notified twice.")
    @State
    public static class CancelAgainstFinish {

        private final Call call = new Call();
        private final AtomicInteger published = new AtomicInteger();
        private volatile String end;
        private volatile int stopsSeen;

        public CancelAgainstFinish() {
            call.handle((value, failure) -> {
                stopsSeen = call.stops.get();
                end = failure == null ? value : "cancelled";
                return published.incrementAndGet();
            });
        }

        @Actor
        public void cancel() {
            call.cancel(true);
        }

        @Actor
        public void finish() {
            call.end();
        }

        @Arbiter
        public void look(LII_Result r) {
            r.r1 = end;
            r.r2 = stopsSeen + (stopsSeen == call.stops.get() ? 0 : 10);
            r.r3 = published.get();
        }
    }

    private static final class Relay extends RelayFuture<String> {

        private final AtomicInteger ends = new AtomicInteger();

        @Override
        protected void onInnerEnd(String value, Throwable failure) {
            ends.incrementAndGet();
        }
    }

    /** The inner call begins to be followed, and ends, while its caller leaves. */
    @JCStressTest
    @Outcome(id = "ended, 1", expect = ACCEPTABLE, desc = "The inner call was first.")
    @Outcome(id = "cancelled, 1", expect = ACCEPTABLE, desc = "The caller was first.")
    @Outcome(expect = FORBIDDEN, desc = "What is held for the inner call is not settled, or twice.")
    @State
    public static class InnerEndAgainstCancel {

        private final CompletableFuture<String> inner = new CompletableFuture<>();
        private final Relay relay = new Relay();

        @Actor
        public void followAndEnd() {
            relay.follow(inner);
            inner.complete("ended");
        }

        @Actor
        public void cancel() {
            relay.cancel(true);
        }

        @Arbiter
        public void look(LI_Result r) {
            r.r1 = relay.isCancelled() ? "cancelled" : relay.join();
            r.r2 = relay.ends.get();
        }
    }
}
