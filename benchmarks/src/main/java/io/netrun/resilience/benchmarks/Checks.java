package io.netrun.resilience.benchmarks;

/** What a subject must show before it is measured. */
final class Checks {

    private Checks() {}

    static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("not measured, because this does not hold: " + what);
        }
    }

    /** Checks that a call is rejected. */
    static void requireRejection(Runnable call, Class<? extends RuntimeException> rejection) {
        try {
            call.run();
        } catch (RuntimeException thrown) {
            require(rejection.isInstance(thrown), "the call is rejected with " + rejection.getSimpleName());
            return;
        }
        require(false, "the call is rejected");
    }

    /** A call that takes far too long, but ends when it is interrupted. */
    static Object sleep() {
        try {
            Thread.sleep(10_000);
            return "slept";
        } catch (InterruptedException interrupt) {
            throw new IllegalStateException("interrupted", interrupt);
        }
    }
}
