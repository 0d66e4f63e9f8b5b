package io.netrun.resilience.timeout;

import io.netrun.resilience.CallRejectedException;

/** A call was refused because too many earlier ones run on although their limit has struck. */
public final class AbandonedCallsException extends CallRejectedException {

    private static final long serialVersionUID = 1L;

    private final int abandoned;

    AbandonedCallsException(String name, int abandoned, boolean withStackTrace) {
        super(name, null, withStackTrace);
        this.abandoned = abandoned;
    }

    /** How many calls run on. */
    public int abandoned() {
        return abandoned;
    }

    @Override
    public String getMessage() {
        return "Timeout '" + name() + "' refuses calls: " + abandoned
                + " earlier calls ignored the interrupt and are still running";
    }
}
