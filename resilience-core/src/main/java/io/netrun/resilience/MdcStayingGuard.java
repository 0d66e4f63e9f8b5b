package io.netrun.resilience;

/** A guard whose calls leave the MDC on the thread of their caller. */
record MdcStayingGuard(Guard guard, Layer entry) implements Guard {

    @Override
    public String toString() {
        return guard.toString();
    }
}
