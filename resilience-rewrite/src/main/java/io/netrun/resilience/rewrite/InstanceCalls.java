package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
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

    private InstanceCalls() {}

    /** Lists the calls of a file, each method of a variable and type once. */
    static void list(JavaSourceFile file, Consumer<Left> left) {
        CodeCounterparts code = new CodeCounterparts(file, new Constants(), pattern -> Set.of());
        Map<Left, Set<UUID>> found = new LinkedHashMap<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                String here = here(call.getMethodType(), call.getSimpleName());
                if (here != null && call.getSelect() != null) {
                    String instance = CodeCounterparts.text(call.getSelect());
                    add(
                            instance + "." + call.getSimpleName() + "()",
                            of(here, code.replaced(call.getSelect())),
                            call.getName());
                }
                return super.visitMethodInvocation(call, p);
            }

            @Override
            public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
                String method = reference.getReference().getSimpleName();
                String here = here(reference.getMethodType(), method);
                if (here != null) {
                    String container = CodeCounterparts.text(reference.getContaining());
                    String written = of(here.replaceFirst("^x\\.(\\w+)\\(\\)$", "x.::$1"), container);
                    add(container + "::" + method, written.replace(".::", "::"), reference.getReference());
                }
                return super.visitMemberReference(reference, p);
            }

            private void add(String shown, String here, J.Identifier name) {
                found.computeIfAbsent(new Left(shown, "Write " + here + "."), each -> new HashSet<>())
                        .add(name.getId());
            }
        }.visit(file, 0);
        found.forEach((row, names) ->
                left.accept(new Left(row.what(), row.reason() + Remains.where(Trees.lines(file, names)))));
    }

    /** What to write instead of a method, by the mapping table; null if that is none of it. */
    private static @Nullable String here(JavaType.@Nullable Method method, String name) {
        return name.matches(CodeNames.PROTECTING)
                ? null
                : MappingTable.get()
                        .find(MappingTable.RESILIENCE4J, "method", type(method) + "." + name)
                        .map(row -> row.here().name())
                        .orElse(null);
    }

    /** The code for an instance. */
    private static String of(String here, String instance) {
        return here.replaceAll("\\bx\\.", Matcher.quoteReplacement(instance + "."));
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
