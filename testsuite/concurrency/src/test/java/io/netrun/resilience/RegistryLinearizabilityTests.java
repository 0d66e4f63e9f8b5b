package io.netrun.resilience;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.concurrency.Linearizability;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** A registry against an array: what each name means. */
class RegistryLinearizabilityTests {

    /** Made by the registry itself. */
    private static final int MADE = 9;

    private static final int NONE = -1;

    @Test
    void registryShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(Registry.class, Names.class);
    }

    @Test
    void registryShouldBeLinearizableWhenThreadsAreSwitchedAnywhere() {
        Linearizability.switched(Registry.class, Names.class);
    }

    /** Four instances, of which 0 and 2 have one name, 1 and 3 another one. */
    @Param(name = "name", gen = IntGen.class, conf = "0:1")
    @Param(name = "instance", gen = IntGen.class, conf = "0:3")
    public static class Registry {

        private final ResilienceRegistry registry = ResilienceRegistry.create(PassingTicker.INSTANCE);
        private final List<Bulkhead> instances =
                List.of(Bulkhead.of("0"), Bulkhead.of("1"), Bulkhead.of("0"), Bulkhead.of("1"));

        @Operation
        public int getOrCreate(@Param(name = "name") int name) {
            return number(registry.getOrCreate(Bulkhead.TYPE, Integer.toString(name)));
        }

        @Operation
        public int find(@Param(name = "name") int name) {
            return registry.find(Bulkhead.TYPE, Integer.toString(name))
                    .map(this::number)
                    .orElse(NONE);
        }

        @Operation
        public void register(@Param(name = "instance") int instance) {
            registry.register(instances.get(instance));
        }

        @Operation
        public int removeName(@Param(name = "name") int name) {
            return registry.remove(Bulkhead.TYPE, Integer.toString(name))
                    .map(this::number)
                    .orElse(NONE);
        }

        @Operation
        public boolean removeInstance(@Param(name = "instance") int instance) {
            return registry.remove(instances.get(instance));
        }

        private int number(Bulkhead bulkhead) {
            for (int i = 0; i < instances.size(); i++) {
                if (instances.get(i) == bulkhead) {
                    return i;
                }
            }
            return MADE;
        }
    }

    /** What one thread sees of {@link Registry}. */
    public static class Names {

        private final int[] meaning = {NONE, NONE};

        public int getOrCreate(int name) {
            if (meaning[name] == NONE) {
                meaning[name] = MADE;
            }
            return meaning[name];
        }

        public int find(int name) {
            return meaning[name];
        }

        public void register(int instance) {
            meaning[instance % 2] = instance;
        }

        public int removeName(int name) {
            int removed = meaning[name];
            meaning[name] = NONE;
            return removed;
        }

        public boolean removeInstance(int instance) {
            boolean there = meaning[instance % 2] == instance;
            if (there) {
                meaning[instance % 2] = NONE;
            }
            return there;
        }
    }
}
