package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.event.OperatorChange;
import io.netrun.resilience.spring.event.OperatorJournal;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.RuntimeSettings;
import java.security.Principal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What operators do to living instances. Each change is kept in the journal. */
public final class Operators {

    private static final int MAX_PRINCIPAL = 100;

    private final RuntimeSettings liveSettings;
    private final OperatorJournal journal;
    private final boolean allowed;

    /**
     * Operators of an application.
     *
     * @param allowed whether they may change anything
     */
    public Operators(InstanceFactory instances, OperatorJournal journal, boolean allowed) {
        this.liveSettings = new RuntimeSettings(instances);
        this.journal = journal;
        this.allowed = allowed;
    }

    /** Whether they may change anything. */
    boolean areAllowed() {
        return allowed;
    }

    /** Changes settings; see {@link RuntimeSettings#change}. */
    <P extends Policy> void change(
            PatternDescriptor<P, ?> pattern, P policy, String settings, @Nullable Principal principal) {
        keep(policy, "settings", principal, false, () -> liveSettings.change(pattern, policy, settings));
    }

    /** Does one of the pattern's actions. */
    <P extends Policy> void act(P policy, String name, Consumer<P> action, @Nullable Principal principal) {
        keep(policy, name, principal, true, () -> action.accept(policy));
    }

    /**
     * Makes a change, and keeps it in the journal unless it has changed nothing.
     *
     * @param counts whether it may change what the instance has counted
     */
    private void keep(Policy policy, String action, @Nullable Principal principal, boolean counts, Runnable change) {
        Object counted = policy.metrics();
        Map<String, String> before = state(policy);
        change.run();
        Map<String, String> after = state(policy);
        Map<String, String> former = new LinkedHashMap<>();
        before.forEach((key, value) -> {
            if (Objects.equals(value, after.get(key))) {
                after.remove(key);
            } else {
                former.put(key, value);
            }
        });
        if (former.isEmpty() && after.isEmpty() && !(counts && !counted.equals(policy.metrics()))) {
            return;
        }
        journal.add(
                policy,
                new OperatorChange(policy.type(), policy.name(), now(policy), name(principal), action, former, after));
    }

    /** The settings, whether it is enabled, and the state if it has one. */
    private static Map<String, String> state(Policy policy) {
        Map<String, String> state = new LinkedHashMap<>();
        JsonView.of(policy.config()).forEach((key, value) -> state.put(key, String.valueOf(value)));
        state.put("enabled", String.valueOf(policy.isEnabled()));
        Object circuit = JsonView.of(policy.metrics()).get("state");
        if (circuit != null) {
            state.put("state", circuit.toString());
        }
        return state;
    }

    private static Instant now(Policy policy) {
        return policy instanceof AbstractPolicy<?> living ? living.ticker().now() : Instant.now();
    }

    /** Names come from outside: a line break in one would forge a line of the log. */
    private static @Nullable String name(@Nullable Principal principal) {
        String name = principal == null ? null : principal.getName();
        return name == null
                ? null
                : name.substring(0, Math.min(name.length(), MAX_PRINCIPAL)).replaceAll("\\p{Cntrl}", "?");
    }
}
