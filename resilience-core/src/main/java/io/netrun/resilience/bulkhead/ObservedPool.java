package io.netrun.resilience.bulkhead;

import io.netrun.resilience.Require;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Computes which calls a pool would delay or reject, while all of them run at once: a simulation of its permits and its
 * queue. A call that would wait holds its simulated permit, after its simulated wait, for as long as it has really
 * taken. So its simulated end is never before its real one, and everything that has happened in the simulation up to
 * now is known now. Begins empty; calls that were running before are not a part of it.
 *
 * <p>The lock is held for a few steps per call, and no user code runs under it.
 */
final class ObservedPool {

    /** What an enforced bulkhead would do with a call as it arrives. */
    enum Verdict {
        ADMIT,
        WAIT,
        REJECT
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Call> queue = new ArrayDeque<>();

    /** The calls that hold a simulated permit and have really ended, by their simulated end. */
    private final PriorityQueue<Call> ended =
            new PriorityQueue<>((one, other) -> Long.signum(one.endsAt - other.endsAt));

    private int maxActive;
    private int maxQueue;

    /** Calls that hold a simulated permit. */
    private int active;

    /** Calls whose simulated wait has expired, and that have not been {@linkplain #takeExpired taken}. */
    private int expired;

    ObservedPool(int maxActive, int maxQueue) {
        this.maxActive = maxActive;
        this.maxQueue = maxQueue;
    }

    /** A call in the simulation. All fields but the first two are guarded by the lock. */
    static final class Call {

        private final Verdict verdict;
        private final long arrivedAt;

        /** When it would leave the queue; used if {@link #isImpatient}. */
        private long expiresAt;

        private boolean isImpatient;
        private boolean isActive;
        private long beganAt;

        /** How long it has really taken; negative while it runs. */
        private long took = -1;

        private long endsAt;

        Call(Verdict verdict, long arrivedAt) {
            this.verdict = verdict;
            this.arrivedAt = arrivedAt;
        }

        Verdict verdict() {
            return verdict;
        }

        private boolean isExpired(long now) {
            return isImpatient && expiresAt - now < 0;
        }
    }

    void resize(int newMaxActive, int newMaxQueue, long now) {
        lock.lock();
        try {
            advanceTo(now);
            maxActive = newMaxActive;
            maxQueue = newMaxQueue;
            grantWaiting(now);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a call that arrives.
     *
     * @param now the time in nanoseconds
     * @param config the settings that the wait of the call follows
     * @param mayWait false for a call that would be rejected in place of a wait
     */
    Call begin(long now, BulkheadConfig config, boolean mayWait) {
        lock.lock();
        try {
            advanceTo(now);
            Call call = new Call(verdict(mayWait), now);
            switch (call.verdict) {
                case ADMIT -> grant(call, now);
                case WAIT -> {
                    call.isImpatient = config.maxWait() != null;
                    call.expiresAt = config.maxWait() == null ? 0 : now + Require.nanos(config.maxWait());
                    queue.add(call);
                }
                case REJECT -> {}
            }
            return call;
        } finally {
            lock.unlock();
        }
    }

    private Verdict verdict(boolean mayWait) {
        if (queue.isEmpty() && active < maxActive) {
            return Verdict.ADMIT;
        }
        return mayWait && queue.size() < maxQueue ? Verdict.WAIT : Verdict.REJECT;
    }

    /** Records that a call has really ended. */
    void end(Call call, long now) {
        lock.lock();
        try {
            call.took = Math.max(0, now - call.arrivedAt);
            if (call.isActive) {
                setEnd(call);
            }
            advanceTo(now);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of calls that would wait now. */
    int queued(long now) {
        lock.lock();
        try {
            advanceTo(now);
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns how many calls would have been rejected after a wait until now, without those that were taken. */
    int expired(long now) {
        lock.lock();
        try {
            advanceTo(now);
            return expired;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the calls that would have been rejected after a wait, and returns their number. */
    int takeExpired() {
        lock.lock();
        try {
            int taken = expired;
            expired = 0;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Lets everything happen that would have happened until now, in the order of time. */
    private void advanceTo(long now) {
        for (Call first = ended.peek(); first != null && first.endsAt - now <= 0; first = ended.peek()) {
            ended.remove();
            active--;
            grantWaiting(first.endsAt);
        }
        expireWaiting(now);
    }

    private void grantWaiting(long now) {
        expireWaiting(now);
        while (active < maxActive && !queue.isEmpty()) {
            grant(queue.remove(), now);
            expireWaiting(now);
        }
    }

    private void expireWaiting(long now) {
        for (Call first = queue.peek(); first != null && first.isExpired(now); first = queue.peek()) {
            queue.remove();
            expired++;
        }
    }

    private void grant(Call call, long now) {
        active++;
        call.isActive = true;
        call.beganAt = now;
        if (call.took >= 0) {
            setEnd(call);
        }
    }

    private void setEnd(Call call) {
        call.endsAt = call.beganAt + call.took;
        try {
            ended.add(call);
        } catch (OutOfMemoryError unrecorded) {
            active--; // it ends too early rather than never
        }
    }
}
