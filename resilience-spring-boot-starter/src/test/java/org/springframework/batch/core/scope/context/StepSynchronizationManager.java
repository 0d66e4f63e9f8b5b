package org.springframework.batch.core.scope.context;

/** In place of the class of Spring Batch, which is not on the class path. */
public final class StepSynchronizationManager {

    private static final ThreadLocal<Object> STEP = new ThreadLocal<>();

    private StepSynchronizationManager() {}

    public static Object getContext() {
        return STEP.get();
    }

    public static void register(Object step) {
        STEP.set(step);
    }

    public static void close() {
        STEP.remove();
    }
}
