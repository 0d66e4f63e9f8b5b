package io.netrun.resilience.timeout;

import io.netrun.resilience.CallerContext;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A limit that is only observed: a call that exceeds it is counted and published once, at that moment or at its end,
 * and is not disturbed. What fails here is logged, and does not fail the call.
 */
final class ObservedLimit extends AtomicBoolean {

    private static final long serialVersionUID = 1L;

    private static final Logger log = LoggerFactory.getLogger(ObservedLimit.class);

    private final transient Timeout timeout;
    private final transient TimeoutConfig config;
    private final transient @Nullable CallerContext context;
    private final long expiresAt;
    private transient volatile Ticker.@Nullable Scheduled timer;

    private ObservedLimit(Timeout timeout, Timeout.Settings settings, @Nullable CallerContext context) {
        this.timeout = timeout;
        this.config = settings.config();
        this.context = context;
        this.expiresAt = timeout.ticker().nanoTime() + settings.observedNanos();
    }

    /** Begins to measure the time of a call, on its caller's thread. */
    static ObservedLimit begin(Timeout timeout, Timeout.Settings settings) {
        ObservedLimit limit = new ObservedLimit(timeout, settings, context(timeout));
        try {
            limit.timer = timeout.ticker().scheduleAt(Workers.handOverWhenDue(limit::expire), limit.expiresAt);
        } catch (Throwable noTimer) {
            SafeLog.warn(
                    log,
                    "{}: no timer could be set; an observed call is measured at its end",
                    timeout.title(),
                    noTimer);
        }
        return limit;
    }

    private static @Nullable CallerContext context(Timeout timeout) {
        try {
            return CallerContext.capture();
        } catch (Throwable unreadable) {
            SafeLog.warn(log, "{}: the context of an observed call could not be captured", timeout.title(), unreadable);
            return null;
        }
    }

    /** Ends the call. */
    void end() {
        Ticker.Scheduled scheduled = timer;
        try {
            if (scheduled != null) {
                timer = null;
                scheduled.cancel();
            }
            if (!get() && timeout.ticker().nanoTime() - expiresAt >= 0) {
                expire();
            }
        } catch (Throwable thrown) {
            SafeLog.warn(log, "{}: an observed call could not be measured", timeout.title(), thrown);
        } finally {
            if (context != null) {
                context.clear();
            }
        }
    }

    private void expire() {
        if (!compareAndSet(false, true)) {
            return;
        }
        if (context == null) {
            timeout.onWouldTimeOut(config);
        } else {
            context.runAnyway(() -> timeout.onWouldTimeOut(config));
        }
    }
}
