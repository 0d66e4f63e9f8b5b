package io.netrun.resilience;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Each event reaches each listener once, one at a time, from the moment the listener subscribes. */
public class EventPublisherStress {

    /** Two threads publish, and a listener causes one more event. */
    @JCStressTest
    @Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "All three events arrived, one at a time.")
    @Outcome(expect = FORBIDDEN, desc = "An event was lost, or two were delivered at once.")
    @State
    public static class EventsOfTwo {

        private final EventPublisher events = new EventPublisher();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger delivered = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();

        public EventsOfTwo() {
            events.subscribe(String.class, event -> {
                if (inside.incrementAndGet() > 1) {
                    overlaps.incrementAndGet();
                }
                delivered.incrementAndGet();
                if (event.equals("first")) {
                    events.publish("caused");
                }
                inside.decrementAndGet();
            });
        }

        @Actor
        public void publishFirst() {
            events.publish("first");
        }

        @Actor
        public void publishSecond() {
            events.publish("second");
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = delivered.get();
            r.r2 = overlaps.get();
        }
    }

    /**
     * Two threads publish two events each. One of them fixes the position of its first event before the event is
     * counted, as a registry does, and publishes the second one before it delivers.
     */
    @JCStressTest
    @Outcome(id = "4, 0, 0", expect = ACCEPTABLE, desc = "All events arrived, one at a time, each thread's in order.")
    @Outcome(expect = FORBIDDEN, desc = "An event was lost, overtook another one, or met another one.")
    @State
    public static class EnqueuedAgainstPublished {

        private final EventPublisher events = new EventPublisher();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger delivered = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();
        private final AtomicInteger disorder = new AtomicInteger();

        /**
         * The number of the last event of each thread; guarded by the publisher, which delivers one event at a time.
         */
        private final int[] last = new int[2];

        public EnqueuedAgainstPublished() {
            events.subscribe(Integer.class, event -> {
                if (inside.incrementAndGet() > 1) {
                    overlaps.incrementAndGet();
                }
                int thread = event / 10;
                if (event % 10 != ++last[thread]) {
                    disorder.incrementAndGet();
                }
                delivered.incrementAndGet();
                inside.decrementAndGet();
                throw new IllegalStateException("listener");
            });
        }

        @Actor
        public void enqueue() {
            events.enqueue(1);
            events.publish(2);
            events.deliverQueued();
        }

        @Actor
        public void publish() {
            events.publish(11);
            events.publish(12);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = delivered.get();
            r.r2 = overlaps.get();
            r.r3 = disorder.get();
        }
    }

    /** A listener subscribes while an event is published; another event follows. */
    @JCStressTest
    @Outcome(
            id = {"1", "2"},
            expect = ACCEPTABLE,
            desc = "Received the second event, and the first if it subscribed in time.")
    @Outcome(expect = FORBIDDEN, desc = "Subscribed but missed an event, or received one twice.")
    @State
    public static class ListenerAgainstEvent {

        private final EventPublisher events = new EventPublisher();
        private final AtomicInteger delivered = new AtomicInteger();

        @Actor
        public void publish() {
            events.publish("first");
        }

        @Actor
        public void listen() {
            events.subscribe(String.class, event -> delivered.incrementAndGet());
        }

        @Arbiter
        public void publishAnother(I_Result r) {
            events.publish("second");
            r.r1 = delivered.get();
        }
    }

    /** A listener unsubscribes while an event is published; another event follows. */
    @JCStressTest
    @Outcome(
            id = {"0", "1"},
            expect = ACCEPTABLE,
            desc = "Received the first event or not.")
    @Outcome(expect = FORBIDDEN, desc = "Received an event after it had unsubscribed.")
    @State
    public static class ListenerLeaves {

        private final EventPublisher events = new EventPublisher();
        private final AtomicInteger delivered = new AtomicInteger();
        private final Subscription subscription = events.subscribe(String.class, event -> delivered.incrementAndGet());

        @Actor
        public void publish() {
            events.publish("first");
        }

        @Actor
        public void leave() {
            subscription.close();
        }

        @Arbiter
        public void publishAnother(I_Result r) {
            events.publish("second");
            r.r1 = delivered.get();
        }
    }
}
