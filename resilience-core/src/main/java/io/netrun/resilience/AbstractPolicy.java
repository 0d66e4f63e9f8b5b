package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The base class of all policies: a name, a configuration that can change at runtime, a switch, a clock, and listeners.
 *
 * @apiNote For authors of policies.
 * @param <C> the configuration
 */
public abstract class AbstractPolicy<C extends Record> implements Policy {

    private static final Logger log = LoggerFactory.getLogger(AbstractPolicy.class);

    private static final VarHandle CONFIG = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "config", VarHandle.class, AbstractPolicy.class, Record.class);

    private static final VarHandle ENTRY = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "entry", VarHandle.class, AbstractPolicy.class, Layer.class);

    private static final VarHandle BASE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "base", VarHandle.class, AbstractPolicy.class, Base.class);

    /** The instance whose listeners for its creation the thread is running, with what they have changed. */
    private static final ThreadLocal<@Nullable Creation> CREATING = new ThreadLocal<>();

    /** The changes whose functions the thread is running, the innermost first. */
    private static final ThreadLocal<@Nullable Change> CHANGING = new ThreadLocal<>();

    static {
        ClassPreparation.initializeShared();
    }

    private final String name;
    private final Ticker ticker;
    private final EventPublisher events = new EventPublisher();
    private final PendingWaits waits = new PendingWaits();
    private volatile C config;
    private volatile boolean enabled = true;
    private volatile boolean mdcCarried = true;

    /** Takes this instance back into the family that has evicted it; null if none has. */
    private volatile KeyedPolicies.@Nullable Evicted<?> eviction;

    /** What a family compares this instance with; null as long as that is the state in which it was added. */
    private volatile @Nullable Base base;

    /** Created with the first call: the constructor of this class runs before that of the policy has set its fields. */
    private volatile @Nullable Layer entry;

    /**
     * Creates an enabled policy.
     *
     * @param name 1 to 200 characters
     * @param config the initial configuration
     * @param ticker the clock that the policy measures time with
     * @throws IllegalArgumentException if the name is blank, longer than 200 characters or has control characters
     */
    protected AbstractPolicy(String name, C config, Ticker ticker) {
        this.name = Require.name(name);
        this.config = Objects.requireNonNull(config, "config");
        this.ticker = GuardedTicker.of(Objects.requireNonNull(ticker, "ticker"));
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final C config() {
        return config;
    }

    @Override
    public final Layer entry() {
        Layer present = entry;
        return present != null ? present : createEntry();
    }

    /** Of threads that make the first call at the same time, one decides which layer all of them use. */
    private Layer createEntry() {
        boolean carried = mdcCarried;
        Layer created = carried ? around(Layer.DIRECT) : new MdcStayingLayer(around(Layer.DIRECT));
        Layer present = (Layer) ENTRY.compareAndExchange(this, null, created);
        if (carried != mdcCarried) {
            entry = null; // created for what has changed meanwhile
            return createEntry();
        }
        return present != null ? present : created;
    }

    /**
     * Sets whether calls propagate the MDC. Applies to the next call, and to pipelines that are created from now on.
     */
    final void carryMdc(boolean carried) {
        mdcCarried = carried;
        entry = null;
    }

    /** Returns whether calls propagate the MDC. */
    final boolean isMdcCarried() {
        return mdcCarried;
    }

    /**
     * Changes settings of this instance at runtime, as in {@code c -> c.toBuilder().maxAttempts(5).build()}. Counts are
     * kept, and so are the calls that run or wait; calls that begin later use the new settings.
     *
     * @param change returns the new configuration for the current one; may be called again if another change is made
     *     concurrently
     * @return the configuration in force now
     * @throws IllegalArgumentException if a setting is out of its range; nothing has changed then
     * @throws IllegalStateException if the function changes this instance itself each time it is called, so that the
     *     change would never end
     */
    public final C reconfigure(UnaryOperator<C> change) {
        Change around = CHANGING.get();
        CHANGING.set(new Change(this, around));
        C seen;
        C next;
        try {
            do {
                seen = config;
                next = Objects.requireNonNull(change.apply(seen), "config");
                Change outer = around == null ? null : around.of(this);
                if (outer != null) {
                    if (next.equals(seen)) {
                        return seen;
                    }
                    outer.onChangeWithin();
                }
            } while (!CONFIG.compareAndSet(this, seen, next));
        } finally {
            if (around == null) {
                CHANGING.remove();
            } else {
                CHANGING.set(around);
            }
        }
        try {
            applyConfig();
        } catch (Throwable failed) {
            undo(seen, next);
            throw failed;
        }
        Creation creation = CREATING.get();
        if (creation != null) {
            creation.onReconfigured(this, seen, next);
        }
        onChanged();
        return next;
    }

    /** Returns to the settings before a change that could not be applied, for example since the heap is full. */
    private void undo(C before, C failed) {
        if (CONFIG.compareAndSet(this, failed, before)) {
            try {
                applyConfig();
            } catch (Throwable again) {
                SafeLog.error(log, "A change of settings that failed could not be undone completely", again);
            }
        }
    }

    /** A change of settings whose function the thread is running; confined to that thread. */
    private static final class Change {

        private final AbstractPolicy<?> policy;

        /** The change within whose function this one began. */
        private final @Nullable Change around;

        private boolean begunAgain;

        Change(AbstractPolicy<?> policy, @Nullable Change around) {
            this.policy = policy;
            this.around = around;
        }

        /** Returns this change or one around it, if it is one of an instance; null for none. */
        @Nullable
        Change of(AbstractPolicy<?> instance) {
            for (@Nullable Change each = this; each != null; each = each.around) {
                if (each.policy == instance) {
                    return each;
                }
            }
            return null;
        }

        /** The function of this change changes the settings itself, so that it has to be called again. */
        void onChangeWithin() {
            if (begunAgain) {
                throw new IllegalStateException(policy.type().policyClass().getSimpleName() + " '" + policy.name()
                        + "' is changed again and again within a change of its settings. Make one change of both: return"
                        + " the new settings, and do not call reconfigure in the function that returns them");
            }
            begunAgain = true;
        }
    }

    @Override
    public boolean isEnabled() {
        return enabled;
    }

    @Override
    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
        applyConfig();
        Creation creation = CREATING.get();
        if (creation != null) {
            creation.onSwitched(this, enabled);
        }
        onChanged();
    }

    /**
     * Makes a change of instances, and then delivers the events that it has published on this thread. They are in their
     * order at once, so that the change can take a lock and release it: no listener runs meanwhile on this thread.
     *
     * @apiNote For integrators.
     * @param change makes the change; what it throws is thrown after the events are delivered
     * @return what the change returns
     */
    public static <T extends @Nullable Object> T deferringEvents(Supplier<T> change) {
        return EventDeferral.during(change);
    }

    /**
     * Records the settings that a new instance would have now, because their source has changed. A family keeps an
     * instance that differs from them, since it was changed at run time. Changes nothing else.
     *
     * @apiNote For sources of settings.
     * @param config the configuration of a new instance
     * @param enabled whether a new instance is enabled; null if that is as before
     */
    public final void rebase(C config, @Nullable Boolean enabled) {
        Base before = base;
        base = new Base(config, (enabled == null && before != null) ? before.enabled : enabled);
    }

    /**
     * Runs listeners of the creation of this instance: what they change belongs to it, and makes this instance differ
     * from no other one that the family creates. That holds on whichever thread they run. It does not hold for what
     * another thread changes before or meanwhile.
     *
     * @param created the configuration with which this instance was created
     * @param listeners must not throw
     */
    final void onCreation(Record created, boolean wasEnabled, Runnable listeners) {
        Base before = base;
        Creation outer = CREATING.get();
        Creation creation = new Creation(this, created, wasEnabled);
        CREATING.set(creation);
        try {
            listeners.run();
        } finally {
            if (outer == null) {
                CREATING.remove();
            } else {
                CREATING.set(outer);
            }
        }
        if (creation.isChanged) {
            BASE.compareAndSet(this, before, new Base(creation.config, creation.enabled));
        }
    }

    /** What the listeners for the creation of an instance change of it; confined to their thread. */
    private static final class Creation {

        private final AbstractPolicy<?> policy;
        private Record config;
        private boolean enabled;
        private boolean isChanged;

        Creation(AbstractPolicy<?> policy, Record config, boolean enabled) {
            this.policy = policy;
            this.config = config;
            this.enabled = enabled;
        }

        /** After a change by another thread, the settings are not those of a new instance. */
        @SuppressWarnings("ReferenceEquality") // a change to equal settings is one, too
        void onReconfigured(AbstractPolicy<?> changed, Record seen, Record next) {
            if (changed == policy && seen == config) {
                config = next;
                isChanged = true;
            }
        }

        void onSwitched(AbstractPolicy<?> changed, boolean on) {
            if (changed == policy) {
                enabled = on;
                isChanged = true;
            }
        }
    }

    /** Returns what was recorded last; null for nothing. */
    final @Nullable Base base() {
        return base;
    }

    /**
     * The settings of a new instance.
     *
     * @param enabled null if that is as it was when the instance was added
     */
    record Base(Record config, @Nullable Boolean enabled) {}

    /**
     * Must be called after each change that makes this instance differ from a new one and must not be lost, such as a
     * circuit that is forced open, or a token that is issued: an instance that its family has evicted returns to it
     * then. Not to be called on the timer thread, because listeners of the registry may run.
     */
    protected final void onChanged() {
        KeyedPolicies.Evicted<?> evicted = eviction;
        if (evicted != null) {
            evicted.takeBack();
        }
    }

    /** Records that a family evicts this instance, or has taken it back. */
    final void setEviction(KeyedPolicies.@Nullable Evicted<?> evicted) {
        eviction = evicted;
    }

    /** Returns the eviction of this instance; null if it is not evicted. */
    final KeyedPolicies.@Nullable Evicted<?> eviction() {
        return eviction;
    }

    @Override
    public final void shutdown() {
        waits.shutdown();
    }

    /**
     * Applies the latest changes through {@link #onReconfigured()}. Of concurrent changes, the last thread to enter
     * sees all of them.
     */
    protected final void applyConfig() {
        synchronized (events) { // its monitor: a lock of its own would be one more object in every instance
            onReconfigured();
        }
    }

    /**
     * Updates what was derived from {@link #config()} and {@link #isEnabled()}. Called by one thread at a time, under a
     * lock, so it must not run user code.
     */
    protected abstract void onReconfigured();

    /**
     * Returns whether the calling thread holds something that a sync call may need, so that the call must stay on that
     * thread. If the question itself fails, the answer is yes, because the call might fail on another thread.
     *
     * @param question what it throws is logged
     */
    protected final boolean requiresCallerThread(BooleanSupplier question) {
        try {
            return question.getAsBoolean();
        } catch (Throwable unanswered) {
            SafeLog.warn(
                    log,
                    "{} '{}': the check whether the call needs its thread failed; the call stays on its thread",
                    type().policyClass().getSimpleName(),
                    name,
                    unanswered);
            return true;
        }
    }

    /** Returns the clock that this policy measures time with. */
    public final Ticker ticker() {
        return ticker;
    }

    @Override
    public final <E extends ResilienceEvent> Subscription on(Class<E> type, Consumer<? super E> listener) {
        return events.subscribe(type, listener);
    }

    /** Returns the calls that wait in this policy. */
    protected final PendingWaits waits() {
        return waits;
    }

    /** Returns the listeners of this policy. */
    protected final EventPublisher events() {
        return events;
    }
}
