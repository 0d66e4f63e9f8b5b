package io.netrun.resilience.bulkhead;

import io.netrun.resilience.CallRejectedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call was rejected because all permits and the whole queue were taken, or because it had waited too long. */
public final class BulkheadFullException extends CallRejectedException {

    private static final long serialVersionUID = 1L;

    private final int active;
    private final int queued;
    private final int maxConcurrent;
    private final int maxQueue;
    private final @Nullable Duration waited;

    BulkheadFullException(String name, FairSemaphore semaphore, BulkheadConfig config, @Nullable Duration waited) {
        super(name, null, config.stackTraces());
        this.active = semaphore.active();
        this.queued = semaphore.queued();
        this.maxConcurrent = semaphore.maxActive();
        this.maxQueue = config.maxQueue();
        this.waited = waited;
    }

    /** Returns the number of running calls when this one was rejected. */
    public int active() {
        return active;
    }

    /** Returns the number of waiting calls when this one was rejected. */
    public int queued() {
        return queued;
    }

    /** Returns the maximum number of concurrent calls that was in force. */
    public int maxConcurrent() {
        return maxConcurrent;
    }

    /** Returns the maximum number of waiting calls. */
    public int maxQueue() {
        return maxQueue;
    }

    @Override
    public String getMessage() {
        return "Bulkhead '" + name() + "' "
                + (waited == null ? "is full" : "timed out after " + text(waited) + " waiting for a permit") + ": "
                + active + " of "
                + maxConcurrent + " calls running, " + queued + " of " + maxQueue + " waiting";
    }
}
