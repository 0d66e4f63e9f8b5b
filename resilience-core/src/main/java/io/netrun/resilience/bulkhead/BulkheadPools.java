package io.netrun.resilience.bulkhead;

/** Whether sync and asynchronous calls share a bulkhead's places. */
public enum BulkheadPools {
    /** Sync and asynchronous calls each have places and a queue of their own. */
    SEPARATE,
    /** All calls share the same places and the same queue. */
    SHARED
}
