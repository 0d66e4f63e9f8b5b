package io.netrun.resilience;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.bulkhead.Bulkhead;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** One instance for a name, and listeners that hear of what happens from the moment at which they listen. */
public class Instances {

    /** Two threads ask for the same name. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both have the same instance, and it was announced once.")
    @Outcome(expect = FORBIDDEN, desc = "There are two of the name, or it was announced twice.")
    @State
    public static class AskedForByTwo {

        private final ResilienceRegistry registry = ResilienceRegistry.create(PassingTicker.INSTANCE);
        private final AtomicInteger announced = new AtomicInteger();
        private Bulkhead first;
        private Bulkhead second;

        public AskedForByTwo() {
            registry.onChange(event -> announced.incrementAndGet());
        }

        @Actor
        public void askFirst() {
            first = registry.getOrCreate(Bulkhead.TYPE, "test");
        }

        @Actor
        public void askSecond() {
            second = registry.getOrCreate(Bulkhead.TYPE, "test");
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = first == second ? 1 : 0;
            r.r2 = announced.get();
        }
    }

    /** Two keys want the one place that a bounded family has. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "One instance is left, the same one in family and registry.")
    @Outcome(expect = FORBIDDEN, desc = "More than the limit, or the registry holds another one.")
    @State
    public static class KeysBeyondTheLimit {

        private final ResilienceRegistry registry = ResilienceRegistry.create(PassingTicker.INSTANCE);
        private final KeyedPolicies<Bulkhead> family =
                registry.keyed(Bulkhead.TYPE, "test", Bulkhead.TYPE.defaults(), 1);

        @Actor
        public void first() {
            family.get("a");
        }

        @Actor
        public void second() {
            family.get("b");
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = family.size();
            r.r2 = registry.all().size();
            String key = registry.all().iterator().next().name().substring("test:".length());
            r.r3 = family.get(key) == registry.all().iterator().next() ? 1 : 0;
        }
    }

    /** Two threads publish, and a listener causes one more event. */
    @JCStressTest
    @Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "All three events arrived, one at a time.")
    @Outcome(expect = FORBIDDEN, desc = "An event was lost, or two were delivered at once.")
    @State
    public static class EventsOfTwo {

        private final EventPublisher events = new EventPublisher();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger heard = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();

        public EventsOfTwo() {
            events.subscribe(String.class, event -> {
                if (inside.incrementAndGet() > 1) {
                    overlaps.incrementAndGet();
                }
                heard.incrementAndGet();
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
            r.r1 = heard.get();
            r.r2 = overlaps.get();
        }
    }

    /** A listener registers while an event is published; another event follows. */
    @JCStressTest
    @Outcome(
            id = {"1", "2"},
            expect = ACCEPTABLE,
            desc = "It heard of the second event, and of the first if it was in time.")
    @Outcome(expect = FORBIDDEN, desc = "It listens and hears nothing, or hears an event twice.")
    @State
    public static class ListenerAgainstEvent {

        private final EventPublisher events = new EventPublisher();
        private final AtomicInteger heard = new AtomicInteger();

        @Actor
        public void publish() {
            events.publish("first");
        }

        @Actor
        public void listen() {
            events.subscribe(String.class, event -> heard.incrementAndGet());
        }

        @Arbiter
        public void publishAnother(I_Result r) {
            events.publish("second");
            r.r1 = heard.get();
        }
    }

    /** A listener leaves while an event is published; another event follows. */
    @JCStressTest
    @Outcome(
            id = {"0", "1"},
            expect = ACCEPTABLE,
            desc = "It heard of the first event or not.")
    @Outcome(expect = FORBIDDEN, desc = "It has left and hears all the same.")
    @State
    public static class ListenerLeaves {

        private final EventPublisher events = new EventPublisher();
        private final AtomicInteger heard = new AtomicInteger();
        private final Subscription subscription = events.subscribe(String.class, event -> heard.incrementAndGet());

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
            r.r1 = heard.get();
        }
    }
}
