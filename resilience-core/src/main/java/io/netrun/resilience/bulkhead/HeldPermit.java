package io.netrun.resilience.bulkhead;

/** A permit that a call holds. */
interface HeldPermit {

    /** Releases the permit. Called once. */
    void release();
}
