package io.netrun.resilience.spring.startup;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.NamedDuration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the times of a method's policies, each of which is valid by itself, and reports where they are inconsistent.
 */
final class TimingCheck {

    private final List<Policy> policies;
    private final List<String> warnings = new ArrayList<>();

    private TimingCheck(List<Policy> policies) {
        this.policies = policies;
    }

    /** One warning for each inconsistency, with the sums. Policies that are switched off are ignored. */
    static List<String> warnings(List<Policy> all) {
        List<Policy> policies = all.stream().filter(Policy::isEnabled).toList();
        TimingCheck check = new TimingCheck(policies);
        for (int i = 0; i < policies.size(); i++) {
            Policy limiting = policies.get(i);
            List<Policy> within = policies.subList(i + 1, policies.size());
            PatternDescriptors.of(limiting)
                    .flatMap(pattern -> pattern.limit(limiting))
                    .ifPresent(limit -> {
                        check.check(limiting, limit, within);
                        check.checkThresholds(limiting, limit);
                    });
            PatternDescriptors.of(limiting).ifPresent(pattern -> check.warnings.addAll(pattern.conflicts(limiting)));
        }
        return check.warnings;
    }

    private void check(Policy limiting, Duration limit, List<Policy> within) {
        Duration each = limitOfAttempts(within);
        spans(
                within,
                each == null ? PatternDescriptor::waits : (pattern, policy) -> waits(pattern, policy, each),
                (policy, wait) -> !exceeds(policy, wait.duration(), limit)
                        ? ""
                        : wait.what() + " of " + title(policy) + " can take " + NamedDuration.text(wait.duration())
                                + ", but "
                                + title(limiting) + " around it gives up after " + NamedDuration.text(limit)
                                + ". Lengthen the time limit, or shorten the other");
        checkSum(limiting, limit, within, each);
        spans(
                within,
                (pattern, policy) -> pattern.limit(policy).stream()
                        .map(inner -> new NamedDuration("", inner))
                        .toList(),
                (policy, inner) -> inner.duration().compareTo(limit) < 0
                        ? ""
                        : title(policy) + " gives up after " + NamedDuration.text(inner.duration()) + ", but "
                                + title(limiting)
                                + " around it does so after " + NamedDuration.text(limit)
                                + ": the inner timeout can never fire. Shorten it, or remove it");
        spans(
                policies,
                PatternDescriptor::windows,
                (policy, window) -> window.duration().compareTo(limit.multipliedBy(2)) >= 0
                        ? ""
                        : window.what() + " of " + title(policy) + " is " + NamedDuration.text(window.duration())
                                + ", less than twice the "
                                + NamedDuration.text(limit) + " of " + title(limiting)
                                + ": calls that time out have nearly left the window when the next ones are recorded."
                                + " Lengthen the window, or shorten the time limit");
    }

    /** Waits that each fit into a limit, and together do not. */
    private void checkSum(Policy limiting, Duration limit, List<Policy> within, @Nullable Duration each) {
        Duration sum = Duration.ZERO;
        List<String> parts = new ArrayList<>();
        for (Policy policy : within) {
            NamedDuration longest = PatternDescriptors.of(policy)
                    .filter(pattern -> !isParallel(pattern))
                    .map(pattern -> each == null ? pattern.waits(policy) : waits(pattern, policy, each))
                    .filter(waits -> !waits.isEmpty())
                    .map(waits -> waits.get(waits.size() - 1))
                    .orElse(null);
            if (longest != null) {
                if (longest.duration().compareTo(limit) > 0) {
                    return; // it exceeds the limit by itself
                }
                sum = sum.plus(longest.duration());
                parts.add(
                        longest.what() + " of " + title(policy) + " (" + NamedDuration.text(longest.duration()) + ")");
            }
            if (each != null && isSequential(policy)) {
                break; // the waits within it are those of its attempts
            }
        }
        if (sum.compareTo(limit) > 0) {
            warnings.add(String.join(" and ", parts) + " can take " + NamedDuration.text(sum) + " together, but "
                    + title(limiting) + " around them gives up after " + NamedDuration.text(limit)
                    + ". Lengthen the time limit, or shorten the others");
        }
    }

    /** An attempt beside another is useless already if it begins at the limit. */
    private static boolean exceeds(Policy policy, Duration wait, Duration limit) {
        int compared = wait.compareTo(limit);
        return compared > 0
                || (compared == 0
                        && PatternDescriptors.of(policy)
                                .filter(TimingCheck::isParallel)
                                .isPresent());
    }

    /** Whether a pattern makes attempts beside each other, so that its delay is not added to the call. */
    private static boolean isParallel(PatternDescriptor<?, ?> pattern) {
        return pattern.repeatsCalls() && pattern.mayChangeThread();
    }

    /** Durations that no call takes, because a time limit ends it before. */
    private void checkThresholds(Policy limiting, Duration limit) {
        List<Policy> limited = policies.stream()
                .filter(policy -> policy != limiting && limits(policies.indexOf(limiting), policies.indexOf(policy)))
                .toList();
        spans(
                limited,
                PatternDescriptor::thresholds,
                (policy, threshold) -> threshold.duration().compareTo(limit) <= 0
                        ? ""
                        : threshold.what() + " of " + title(policy) + " is "
                                + NamedDuration.text(threshold.duration())
                                + ", but " + title(limiting) + " ends each call after " + NamedDuration.text(limit)
                                + ": no call takes that long. Lengthen the time limit, or shorten the other");
    }

    /**
     * Whether a time limit bounds the duration of the calls that a policy sees: it is around the policy, or within it
     * without anything between that repeats or delays calls.
     */
    private boolean limits(int limiting, int policy) {
        return limiting < policy
                || policies.subList(policy + 1, limiting).stream()
                        .flatMap(between -> PatternDescriptors.of(between).stream()
                                .map(pattern -> pattern.repeatsCalls()
                                        || !pattern.waits(between).isEmpty()))
                        .noneMatch(changes -> changes);
    }

    /**
     * If the attempts have a timeout, their maximum total time is known, which is more accurate than the delays alone.
     */
    private static List<NamedDuration> waits(PatternDescriptor<?, ?> pattern, Policy policy, Duration each) {
        List<NamedDuration> attempts = pattern.longestDurations(policy, each);
        return attempts.isEmpty() ? pattern.waits(policy) : attempts;
    }

    /**
     * The longest duration of each attempt of the policy that repeats calls: the waits within it, up to the timeout of
     * the attempt. Null if nothing is known.
     */
    private static @Nullable Duration limitOfAttempts(List<Policy> within) {
        boolean repeated = false;
        Duration each = Duration.ZERO;
        for (Policy policy : within) {
            PatternDescriptor<?, ?> pattern = PatternDescriptors.of(policy).orElse(null);
            if (pattern == null) {
                continue;
            }
            if (repeated) {
                Optional<Duration> limit = pattern.limit(policy);
                if (limit.isPresent()) {
                    return each.plus(limit.get());
                }
                if (!isParallel(pattern)) {
                    List<NamedDuration> waits = pattern.waits(policy);
                    each = waits.isEmpty()
                            ? each
                            : each.plus(waits.get(waits.size() - 1).duration());
                }
            }
            repeated |= isSequential(policy);
        }
        return each.isZero() ? null : each;
    }

    /** Whether a policy makes attempts one after the other. */
    private static boolean isSequential(Policy policy) {
        return PatternDescriptors.of(policy)
                .filter(pattern -> pattern.repeatsCalls() && !isParallel(pattern))
                .isPresent();
    }

    private void spans(
            List<Policy> among,
            BiFunction<PatternDescriptor<?, ?>, Policy, List<NamedDuration>> spans,
            BiFunction<Policy, NamedDuration, String> warning) {
        for (Policy policy : among) {
            PatternDescriptors.of(policy).stream()
                    .flatMap(pattern -> spans.apply(pattern, policy).stream())
                    .map(span -> warning.apply(policy, span))
                    .filter(text -> !text.isEmpty())
                    .forEach(warnings::add);
        }
    }

    private static String title(Policy policy) {
        return policy.type().policyClass().getSimpleName() + " '" + policy.name() + "'";
    }
}
