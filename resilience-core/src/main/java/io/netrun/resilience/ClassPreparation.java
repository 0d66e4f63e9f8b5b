package io.netrun.resilience;

import java.lang.invoke.MethodHandles;

/**
 * Initializes classes that calls need, when the first policy is created: a call may come first where the stack is
 * nearly full, and a class whose initialization fails can never be used again in its JVM.
 *
 * @apiNote For authors of policies.
 */
public final class ClassPreparation {

    private ClassPreparation() {}

    /**
     * Initializes classes, with the tables that the compiler creates for their {@code switch} statements as a class of
     * its own.
     *
     * @param lookup can access the classes
     * @throws IllegalArgumentException if it cannot
     */
    public static void initialize(MethodHandles.Lookup lookup, Class<?>... classes) {
        for (Class<?> each : classes) {
            try {
                lookup.ensureInitialized(each);
            } catch (IllegalAccessException inaccessible) {
                throw new IllegalArgumentException(each.getName() + " is not accessible to " + lookup, inaccessible);
            }
            initializeSwitches(lookup, each);
        }
    }

    private static void initializeSwitches(MethodHandles.Lookup lookup, Class<?> of) {
        try {
            lookup.ensureInitialized(lookup.findClass(of.getName() + "$1"));
        } catch (ClassNotFoundException | IllegalAccessException none) {
            // It has no switch over an enum, or another compiler names the tables otherwise.
        }
    }

    /** Initializes what the calls of all policies share. Starts no thread. */
    static void initializeShared() {
        initialize(
                MethodHandles.lookup(),
                AsyncResultCheck.class,
                CallFuture.class,
                CallInScope.class,
                CallerContext.class,
                ContextPropagation.class,
                Deadline.class,
                Deadline.InFlight.class,
                Deadline.OfBody.class,
                EventDeferral.class,
                ExceptionFilter.class,
                ForeignStage.class,
                HeldEvents.class,
                LateCancels.class,
                Layer.class,
                LimitScope.class,
                OverdueRelease.class,
                PendingWaits.class,
                PlatformPool.class,
                ScopeParts.class,
                SpinBackoff.class,
                StartedInScope.class,
                TickerSleep.class,
                TickerSleep.Phase.class,
                TimeLimit.class,
                TimerTask.class,
                TimerThread.class,
                WaitInScope.class,
                WorkerShift.class,
                WorkerTask.class,
                Workers.class);
        SystemTicker.prepare();
        ContextPropagation.prepare();
    }
}
