package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;

/**
 * Calls of instances of resilience4j beyond those that protect code: states, metrics, transitions and permits, as in
 * tests and in code for operators. Each is listed with what to write and its lines.
 */
final class InstanceCalls {

    private static final String METRICS = ".Metrics";

    /** What to write, by the simple name of the type and the method. */
    private static final Map<String, String> HERE = Map.ofEntries(
            Map.entry("CircuitBreaker.getState", "%s.state()"),
            Map.entry("CircuitBreaker.getMetrics", "%s.metrics(), and %1$s.recentCalls() for rates"),
            Map.entry("CircuitBreaker.getCircuitBreakerConfig", "%s.config()"),
            Map.entry("CircuitBreaker.getName", "%s.name()"),
            Map.entry("CircuitBreaker.getEventPublisher", "%s.onStateChange(…), or %1$s.on(event class, …)"),
            Map.entry("CircuitBreaker.transitionToClosedState", "%s.reset()"),
            Map.entry("CircuitBreaker.transitionToHalfOpenState", "%s.halfOpen()"),
            Map.entry(
                    "CircuitBreaker.transitionToOpenState",
                    "%s.forceOpen(), which lasts until halfOpen() or reset(); in a test that is to see the circuit"
                            + " recover, let calls fail instead"),
            Map.entry("CircuitBreaker.transitionToForcedOpenState", "%s.forceOpen()"),
            Map.entry("CircuitBreaker.transitionToDisabledState", "%s.disable()"),
            Map.entry("CircuitBreaker.transitionToMetricsOnlyState", "mode: observe in the settings of the instance"),
            Map.entry("CircuitBreaker.tryAcquirePermission", "%s.tryAcquirePermit().isPresent(), and keep the permit"),
            Map.entry("CircuitBreaker.acquirePermission", "%s.acquirePermit(), and keep the permit"),
            Map.entry("CircuitBreaker.Metrics.getFailureRate", "recentCalls(), whose failureRate() is a percentage"),
            Map.entry("CircuitBreaker.Metrics.getSlowCallRate", "recentCalls(), whose slowCallRate() is a percentage"),
            Map.entry("CircuitBreaker.Metrics.getNumberOfBufferedCalls", "recentCalls(), whose calls() these are"),
            Map.entry("CircuitBreaker.Metrics.getNumberOfFailedCalls", "recentCalls(), whose failed() these are"),
            Map.entry(
                    "CircuitBreaker.Metrics.getNumberOfSuccessfulCalls",
                    "recentCalls(), whose calls() without failed() these are"),
            Map.entry("CircuitBreaker.Metrics.getNumberOfSlowCalls", "recentCalls(), whose slow() these are"),
            Map.entry("CircuitBreaker.Metrics.getNumberOfNotPermittedCalls", "metrics().totalRejected()"),
            Map.entry("Retry.getMetrics", "%s.metrics()"),
            Map.entry("Retry.getRetryConfig", "%s.config()"),
            Map.entry("Retry.getName", "%s.name()"),
            Map.entry("Retry.getEventPublisher", "%s.onRetry(…), or %1$s.on(event class, …)"),
            Map.entry("Retry.Metrics.getNumberOfSuccessfulCallsWithRetryAttempt", "metrics().totalRecovered()"),
            Map.entry(
                    "Retry.Metrics.getNumberOfSuccessfulCallsWithoutRetryAttempt",
                    "metrics().totalSucceeded(), with count-successes"),
            Map.entry("Retry.Metrics.getNumberOfFailedCallsWithRetryAttempt", "metrics().totalExhausted()"),
            Map.entry("Retry.Metrics.getNumberOfFailedCallsWithoutRetryAttempt", "metrics().totalNotRetried()"),
            Map.entry("Bulkhead.getMetrics", "%s.metrics()"),
            Map.entry("Bulkhead.getBulkheadConfig", "%s.config()"),
            Map.entry("Bulkhead.getName", "%s.name()"),
            Map.entry("Bulkhead.getEventPublisher", "%s.onRejected(…), or %1$s.on(event class, …)"),
            Map.entry("Bulkhead.tryAcquirePermission", "%s.tryAcquirePermit().isPresent(), and keep the permit"),
            Map.entry("Bulkhead.acquirePermission", "%s.acquirePermit(), and keep the permit"),
            Map.entry("Bulkhead.Metrics.getMaxAllowedConcurrentCalls", "metrics().maxConcurrent()"),
            Map.entry(
                    "Bulkhead.Metrics.getAvailableConcurrentCalls",
                    "metrics(), whose maxConcurrent() less syncActive() and asyncActive() these are"),
            Map.entry("RateLimiter.getMetrics", "%s.metrics()"),
            Map.entry("RateLimiter.getRateLimiterConfig", "%s.config()"),
            Map.entry("RateLimiter.getName", "%s.name()"),
            Map.entry("RateLimiter.getEventPublisher", "%s.onRejected(…), or %1$s.on(event class, …)"),
            Map.entry("RateLimiter.acquirePermission", "%s.tryAcquirePermit().isPresent(), or acquirePermit() to wait"),
            Map.entry("RateLimiter.changeLimitForPeriod", "registry.reconfigure(…), or a change of the settings"),
            Map.entry("RateLimiter.Metrics.getAvailablePermissions", "metrics().available()"),
            Map.entry("RateLimiter.Metrics.getNumberOfWaitingThreads", "metrics().waiting()"),
            Map.entry("TimeLimiter.getTimeLimiterConfig", "%s.config()"),
            Map.entry("TimeLimiter.getName", "%s.name()"),
            Map.entry("TimeLimiter.getEventPublisher", "%s.onTimeout(…), or %1$s.on(event class, …)"));

    private InstanceCalls() {}

    /** Lists the calls of a file, each method of a variable once. */
    static void list(JavaSourceFile file, Consumer<Left> left) {
        Map<String, String> found = new LinkedHashMap<>();
        Map<String, String> methods = new LinkedHashMap<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                String here = HERE.get(type(call.getMethodType()) + "." + call.getSimpleName());
                if (here != null && call.getSelect() != null) {
                    String shown = CodeCounterparts.text(call.getSelect()) + "." + call.getSimpleName() + "()";
                    found.put(shown, here.formatted(CodeCounterparts.text(call.getSelect())));
                    methods.put(shown, call.getSimpleName());
                }
                return super.visitMethodInvocation(call, p);
            }

            @Override
            public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
                String method = reference.getReference().getSimpleName();
                String here = HERE.get(type(reference.getMethodType()) + "." + method);
                if (here != null) {
                    String container = CodeCounterparts.text(reference.getContaining());
                    String shown = container + "::" + method;
                    found.put(
                            shown,
                            here.replaceFirst("^%s\\.(\\w+)\\(\\)$", "%s::$1").formatted(container));
                    methods.put(shown, method);
                }
                return super.visitMemberReference(reference, p);
            }
        }.visit(file, 0);
        List<String> lines = file.printAll().lines().toList();
        found.forEach((shown, here) -> {
            Set<Integer> numbers = new TreeSet<>();
            Remains.lines(lines, String.valueOf(methods.get(shown)))
                    .forEach(line -> numbers.add(Integer.valueOf(line)));
            String where = numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
            left.accept(new Left(
                    shown,
                    "Write " + here + "."
                            + (where.isEmpty()
                                    ? ""
                                    : " It is in " + (numbers.size() == 1 ? "line " : "lines ") + where + ".")));
        });
    }

    /** The simple name of the type that a method is of, as in the table; empty for another one. */
    private static String type(JavaType.@Nullable Method method) {
        String name = method == null
                ? ""
                : method.getDeclaringType().getFullyQualifiedName().replace('$', '.');
        boolean isMetrics = name.endsWith(METRICS);
        String type = isMetrics ? name.substring(0, name.length() - METRICS.length()) : name;
        return name.startsWith(JavaMove.PACKAGE)
                ? type.substring(type.lastIndexOf('.') + 1) + (isMetrics ? METRICS : "")
                : "";
    }
}
