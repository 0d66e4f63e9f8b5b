package io.netrun.resilience.rewrite;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/** Calls of methods that the replaced exceptions have: those for the name of the instance have another name here. */
final class ExceptionCalls extends JavaIsoVisitor<Integer> {

    private static final Set<String> NAMES = Set.of(
            "getCausingCircuitBreakerName", "getBulkheadName", "getCausingRateLimiterName", "getCausingRetryName");

    private final @Nullable String variable;

    /** @param variable the name of the only variable whose calls are replaced; null for all */
    private ExceptionCalls(@Nullable String variable) {
        this.variable = variable;
    }

    /** A tree with the names of this library. */
    @SuppressWarnings("unchecked")
    static <T extends J> T renamed(T tree, @Nullable String variable) {
        J changed = new ExceptionCalls(variable).visit(tree, 0);
        return changed == null ? tree : (T) changed;
    }

    @Override
    public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
        J.MethodInvocation visited = super.visitMethodInvocation(call, p);
        boolean named = NAMES.contains(visited.getSimpleName())
                && visited.getArguments().stream().allMatch(argument -> argument instanceof J.Empty)
                && isOfException(
                        visited.getSelect() == null ? null : visited.getSelect().getType());
        boolean meant = variable == null
                || (visited.getSelect() instanceof J.Identifier select
                        && select.getSimpleName().equals(variable));
        return named && meant
                ? visited.withName(visited.getName().withSimpleName("name").withType(null))
                        .withMethodType(null)
                : visited;
    }

    @Override
    public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
        J.MemberReference visited = super.visitMemberReference(reference, p);
        boolean named = variable == null
                && NAMES.contains(visited.getReference().getSimpleName())
                && isOfException(visited.getContaining().getType());
        return named
                ? visited.withReference(
                                visited.getReference().withSimpleName("name").withType(null))
                        .withMethodType(null)
                : visited;
    }

    /** Whether a value may be an exception, which events with methods of the same names are not. */
    private static boolean isOfException(@Nullable JavaType type) {
        JavaType.FullyQualified named = TypeUtils.asFullyQualified(type);
        return named == null
                || named instanceof JavaType.Unknown
                || named.getClassName().matches(".*(Exception|RequestNotPermitted|MaxRetriesExceeded)");
    }
}
