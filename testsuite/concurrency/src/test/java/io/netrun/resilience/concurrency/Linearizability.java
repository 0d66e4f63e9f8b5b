package io.netrun.resilience.concurrency;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Whether operations of several threads always end as if they had been made one after the other. Random scenarios are
 * run by threads that race, and by threads that are switched at every step that another one could see. More with
 * {@code -Dresilience.concurrency.scenarios}.
 */
public final class Linearizability {

    private static final int SCENARIOS = Integer.getInteger("resilience.concurrency.scenarios", 3);

    private Linearizability() {}

    /** Threads that race. */
    public static void race(Class<?> operations, Class<?> specification) {
        new StressOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(300)
                .threads(2)
                .actorsBefore(1)
                .actorsPerThread(4)
                .actorsAfter(2)
                .sequentialSpecification(specification)
                .check(operations);
    }

    /** Threads that are switched at every step. */
    public static void switched(Class<?> operations, Class<?> specification) {
        new ModelCheckingOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(300)
                .threads(2)
                .actorsBefore(1)
                .actorsPerThread(3)
                .actorsAfter(2)
                .sequentialSpecification(specification)
                .check(operations);
    }
}
