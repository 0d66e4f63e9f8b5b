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

/** The registry creates one instance per name, and a bounded family stays within its limit. */
public class RegistryStress {

    /** Two threads ask for the same name. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both got the same instance, and it was announced once.")
    @Outcome(expect = FORBIDDEN, desc = "Two instances of one name, or announced twice.")
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

    /** Two keys compete in a family that is limited to one instance. */
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
}
