package io.netrun.resilience.reactor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.Deadline;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.IIL_Result;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The first element of a stream at the moment at which its call ends, its subscriber leaves, or another attempt emits.
 */
public class FirstElementStress {

    /** A stream that two attempts can be made of, whose subscriber and discard hook count. */
    private static final class Stream {

        private final AtomicInteger received = new AtomicInteger();
        private final AtomicInteger dropped = new AtomicInteger();
        private final AtomicInteger receivedAfterEnd = new AtomicInteger();
        private final Deadline scope = Deadline.NONE.child();
        private final Probe probe = new Probe(this);
        private final FluxCall<String> call = new FluxCall<>(attempt -> Flux.never(), probe, this);
        private volatile boolean ended;

        Stream() {
            probe.request(Long.MAX_VALUE);
        }

        StreamAttempt<String> attempt() {
            StreamAttempt<String> attempt = new StreamAttempt<>(
                    call, scope.child(), Context.of("reactor.onDiscard.local", (java.util.function.Consumer<Object>)
                            element -> dropped.incrementAndGet()));
            attempt.onSubscribe(Operators.emptySubscription());
            return attempt;
        }
    }

    private static final class Probe extends Delivery<String> {

        private final Stream stream;

        Probe(Stream stream) {
            super(new Counting(stream));
            this.stream = stream;
        }

        @Override
        Deadline reader() {
            return Deadline.NONE;
        }

        @Override
        void onRequest() {}

        @Override
        void onCancel() {
            stream.call.leave();
        }

        @Override
        boolean tryBegin() {
            return stream.call.tryBegin();
        }

        @Override
        void drop(String element) {
            stream.dropped.incrementAndGet();
        }
    }

    private record Counting(Stream stream) implements CoreSubscriber<String> {

        @Override
        public void onSubscribe(Subscription subscription) {}

        @Override
        public void onNext(String element) {
            (stream.ended ? stream.receivedAfterEnd : stream.received).incrementAndGet();
        }

        @Override
        public void onError(Throwable failure) {
            stream.ended = true;
        }

        @Override
        public void onComplete() {
            stream.ended = true;
        }
    }

    /** The limit gives the call up as its first element comes; then a fallback is asked if nothing has begun. */
    @JCStressTest
    @Outcome(id = "1, 0, passes", expect = ACCEPTABLE, desc = "Delivered, and the limit's failure after it.")
    @Outcome(id = "0, 1, replaced", expect = ACCEPTABLE, desc = "Discarded, and nothing has begun.")
    @Outcome(
            expect = FORBIDDEN,
            desc = "An element lost, doubled or after the end, or a failure after a discarded one.")
    @State
    public static class ElementAgainstLimit {

        private final Stream stream = new Stream();
        private final StreamAttempt<String> attempt = stream.attempt();
        private String end;

        @Actor
        public void emit() {
            attempt.onNext("first");
        }

        @Actor
        public void exceed() {
            stream.scope.tryExceed();
            end = stream.call.isCommitted() ? "passes" : "replaced";
            stream.probe.end(new IllegalStateException("exceeded"));
        }

        @Arbiter
        public void look(IIL_Result r) {
            r.r1 = stream.received.get() + 10 * stream.receivedAfterEnd.get();
            r.r2 = stream.dropped.get();
            r.r3 = end;
        }
    }

    /** The subscriber leaves as the first element comes; whether it had begun is asked at that moment. */
    @JCStressTest
    @Outcome(id = "1, 0, begun", expect = ACCEPTABLE, desc = "Delivered; a stream that was begun and left.")
    @Outcome(id = "0, 1, not begun", expect = ACCEPTABLE, desc = "Discarded; left before its first element.")
    @Outcome(expect = FORBIDDEN, desc = "An element lost or doubled, or one that counts as something else than it is.")
    @State
    public static class ElementAgainstCancel {

        private final Stream stream = new Stream();
        private final StreamAttempt<String> attempt = stream.attempt();
        private String end;

        @Actor
        public void emit() {
            attempt.onNext("first");
        }

        @Actor
        public void leave() {
            stream.probe.cancel();
            end = stream.call.isOwnedBy(attempt.scope()) ? "begun" : "not begun";
        }

        @Arbiter
        public void look(IIL_Result r) {
            r.r1 = stream.received.get();
            r.r2 = stream.dropped.get();
            r.r3 = end;
        }
    }

    /** Two attempts emit their first elements at once. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "One is delivered, the other one discarded.")
    @Outcome(expect = FORBIDDEN, desc = "Both or none delivered, or one lost.")
    @State
    public static class TwoFirstElements {

        private final Stream stream = new Stream();
        private final StreamAttempt<String> one = stream.attempt();
        private final StreamAttempt<String> other = stream.attempt();

        @Actor
        public void emit() {
            one.onNext("one's");
        }

        @Actor
        public void emitOther() {
            other.onNext("other's");
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = stream.received.get();
            r.r2 = stream.dropped.get();
            r.r3 = (stream.call.isOwnedBy(one.scope()) ? 1 : 0) + (stream.call.isOwnedBy(other.scope()) ? 1 : 0);
        }
    }
}
