package io.netrun.resilience.bulkhead;

/** Whether sync and asynchronous calls share the permits of a bulkhead. */
public enum BulkheadPools {
    /** Sync and asynchronous calls each have their own permits and queue. */
    SEPARATE,
    /** All calls share the same permits and the same queue. */
    SHARED
}
