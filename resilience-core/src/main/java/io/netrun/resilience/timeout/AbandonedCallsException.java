package io.netrun.resilience.timeout;

import io.netrun.resilience.CallRejectedException;

/** A call was rejected because too many earlier calls are still running after their timeout. */
public final class AbandonedCallsException extends CallRejectedException {

    private static final long serialVersionUID = 1L;

    private final int abandoned;

    AbandonedCallsException(String name, int abandoned, boolean withStackTrace) {
        super(name, null, withStackTrace);
        this.abandoned = abandoned;
    }

    /** Returns the number of calls that are still running. */
    public int abandoned() {
        return abandoned;
    }

    @Override
    public String getMessage() {
        return "Timeout '" + name() + "' rejects calls: " + abandoned
                + " earlier calls are still running after their timeout. Make the calls end when they are interrupted,"
                + " or raise max-abandoned";
    }
}
