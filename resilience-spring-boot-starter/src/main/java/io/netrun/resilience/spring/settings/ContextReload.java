package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a refresh finds in the configuration of one of the contexts that share instances. The problems of a context
 * concern the instances that it decides, and not those of the other contexts. For one thread.
 */
final class ContextReload {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final ContextSettings context;
    private final boolean strict;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Problem> tolerated = new ArrayList<>();
    private final List<UnusedSettings.Report> unused = new ArrayList<>();
    private final List<Runnable> changes = new ArrayList<>();
    private @Nullable ConfiguredSettings former;

    /** Starts with nothing read. */
    ContextReload(ContextSettings context, boolean strict) {
        this.context = context;
        this.strict = strict;
    }

    ContextSettings context() {
        return context;
    }

    /** The problems that reject the configuration of the context, as a mutable list. */
    List<Problem> problems() {
        return problems;
    }

    /** Reads the configuration again. */
    void read() {
        former = context.resolver().written();
        addSuspicious(context.resolver().refresh().problems());
    }

    /** Adds problems that the context's strictness may tolerate. */
    void addSuspicious(List<Problem> suspicious) {
        suspicious.forEach(problem -> (strict || !problem.tolerable() ? problems : tolerated).add(problem));
    }

    /** Adds problems that reject nothing. */
    void addTolerated(List<Problem> added) {
        tolerated.addAll(added);
    }

    /** Adds the report of a section that nothing uses. */
    void addUnused(UnusedSettings.Report report) {
        unused.add(report);
    }

    void checkDefaults(PatternDescriptor<?, ?> pattern) {
        Problem.collect(problems, () -> context.resolver().requireReadableDefaults(pattern));
    }

    /** Prepares a change of an instance that the context decides. */
    void prepare(Supplier<Optional<Runnable>> change) {
        Problem.collect(problems, () -> change.get().ifPresent(changes::add));
    }

    /** Prepares the change of the health roles and of the configured names. */
    void prepareReload() {
        Problem.collect(problems, () -> changes.add(context.configured().prepareReload()));
    }

    boolean isValid() {
        return problems.isEmpty();
    }

    /** Leaves the former configuration in force, also for instances that are created from now on. */
    void restore() {
        ConfiguredSettings present = former;
        if (present != null) {
            context.resolver().restore(present);
        }
    }

    /** Throws all problems at once, if there are any. */
    void requireValid() {
        List<Problem> distinct = problems.stream().distinct().toList();
        context.tryReport(distinct);
        if (!distinct.isEmpty()) {
            throw new ResilienceConfigurationException(distinct);
        }
    }

    void logTolerated() {
        tolerated.stream().distinct().forEach(problem -> log.warn("{}. {}", problem.description(), problem.remedy()));
    }

    /** Logs problems that the context's own refresh has not reported, for the refresh of another context. */
    void logNewProblems() {
        List<Problem> distinct = problems.stream().distinct().toList();
        if (context.tryReport(distinct)) {
            distinct.forEach(problem -> log.warn(
                    "A child or parent context keeps its former resilience configuration. {}. {}",
                    problem.description(),
                    problem.remedy()));
        }
    }

    void apply() {
        changes.forEach(Runnable::run);
    }

    void logUnused() {
        unused.forEach(report -> report.logTo(log));
    }
}
