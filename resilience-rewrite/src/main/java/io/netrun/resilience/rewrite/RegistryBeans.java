package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;

/**
 * Beans of the application that are registries of resilience4j. Its own one, with the settings of the configuration, is
 * only there without such a bean; this library has the settings in any case.
 */
final class RegistryBeans {

    /** The registries, with the sections of their settings here. */
    private static final Map<String, String> SECTIONS = Map.of(
            "CircuitBreakerRegistry", "circuit-breaker",
            "RetryRegistry", "retry",
            "BulkheadRegistry", "bulkhead",
            "ThreadPoolBulkheadRegistry", "bulkhead",
            "RateLimiterRegistry", "rate-limiter",
            "TimeLimiterRegistry", "timeout");

    private RegistryBeans() {}

    /**
     * Lists the beans of a file.
     *
     * @param sections the sections of resilience4j with settings, in uniform spelling
     * @param annotated the names of instances in annotations, by a pattern
     */
    static void list(
            JavaSourceFile file, Set<String> sections, Function<String, Set<String>> annotated, Consumer<Left> left) {
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration method, Integer p) {
                String type = registry(method);
                String section = type == null ? null : SECTIONS.get(type);
                if (type == null || section == null || readsProperties(method)) {
                    return super.visitMethodDeclaration(method, p);
                }
                String there = type.replace("Registry", "").toLowerCase(Locale.ROOT);
                boolean configured = !isOfDefaults(method);
                String own = configured
                        ? " The configuration that it has itself applied to all its instances: set it "
                                + target(type, annotated) + "."
                        : "";
                if (sections.contains(there)) {
                    left.accept(new Left(
                            "@Bean " + method.getSimpleName(),
                            "It was the registry instead of the one with the configuration, so that the settings of"
                                    + " resilience4j."
                                    + (there.startsWith("threadpool") ? "thread-pool-bulkhead" : there)
                                    + " had no effect on its instances; here, those of resilience."
                                    + section + " have one. Remove the settings that are not meant." + own));
                } else if (configured
                        && !annotated.apply(CodeCounterparts.kind(type)).isEmpty()) {
                    left.accept(new Left(
                            "@Bean " + method.getSimpleName(),
                            "Annotations have " + CodeCounterparts.listed(annotated.apply(CodeCounterparts.kind(type)))
                                    + ", too. Their instances are of this library now, which does not look at this"
                                    + " bean." + own));
                }
                return super.visitMethodDeclaration(method, p);
            }
        }.visit(file, 0);
    }

    /**
     * What to do instead of making the registry that a bean is; null for another registry.
     *
     * @param cursor the call that makes it
     * @param configuration the text of what it passes; empty for nothing
     * @param annotated the names of instances in annotations, by a pattern
     */
    static @Nullable String remedy(Cursor cursor, String configuration, Function<String, Set<String>> annotated) {
        J.MethodDeclaration method = cursor.firstEnclosing(J.MethodDeclaration.class);
        String type = method == null ? null : registry(method);
        if (type == null) {
            return null;
        }
        return "Remove the bean, and inject ResilienceRegistry where it is used: the starter has one for all patterns,"
                + " with the settings of the configuration."
                + (configuration.isEmpty()
                        ? ""
                        : " Set there, " + target(type, annotated) + ", what " + configuration + " sets.");
    }

    /** Where the configuration of a registry goes: the defaults of bulkheads are for those of both registries. */
    private static String target(String type, Function<String, Set<String>> annotated) {
        String section = "resilience." + SECTIONS.get(type);
        boolean pools = type.startsWith("ThreadPool");
        String others = pools ? CodeCounterparts.SEMAPHORE : CodeCounterparts.POOL;
        boolean shared = pools
                || (type.equals("BulkheadRegistry") && !annotated.apply(others).isEmpty());
        return shared
                ? "under " + section + ".instances for each of its bulkheads, since .defaults is for all bulkheads"
                : "as " + section + ".defaults";
    }

    /** The simple name of the registry that a method has as a bean; null for another method. */
    private static @Nullable String registry(J.MethodDeclaration method) {
        String type = WrittenTypes.of(method.getReturnTypeExpression());
        String simple = type.substring(type.lastIndexOf('.') + 1);
        boolean bean = method.getLeadingAnnotations().stream()
                .anyMatch(annotation -> annotation.getSimpleName().equals("Bean"));
        return bean && SECTIONS.containsKey(simple) ? simple : null;
    }

    /** Whether a method fills its registry with the settings itself. */
    private static boolean readsProperties(J.MethodDeclaration method) {
        return method.getParameters().stream()
                .filter(J.VariableDeclarations.class::isInstance)
                .map(parameter -> WrittenTypes.of((J.VariableDeclarations) parameter))
                .anyMatch(type -> type.endsWith("Properties"));
    }

    private static boolean isOfDefaults(J.MethodDeclaration method) {
        return method.getBody() != null
                && CodeCounterparts.text(method.getBody())
                        .matches("\\{ ?return (\\w+\\.)*\\w+Registry\\.ofDefaults\\(\\); ?}");
    }
}
