package io.netrun.resilience.rewrite;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;

/**
 * What code uses of methods, so that their parameters have to stay as they are.
 *
 * @param called the methods that are called or referred to, with the names of their classes where these are known
 * @param overriding the names of methods that implement or override others, or may be implemented
 */
record Uses(Set<String> called, Set<String> overriding) {

    Uses() {
        this(new HashSet<>(), new HashSet<>());
    }

    /** Adds what a file uses. */
    void scan(JavaSourceFile file) {
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                called.add(key(call.getMethodType(), call.getSimpleName()));
                return super.visitMethodInvocation(call, p);
            }

            @Override
            public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
                called.add(
                        key(reference.getMethodType(), reference.getReference().getSimpleName()));
                return super.visitMemberReference(reference, p);
            }

            @Override
            public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration method, Integer p) {
                boolean overrides = method.getLeadingAnnotations().stream()
                        .anyMatch(annotation -> annotation.getSimpleName().equals("Override"));
                if (overrides) {
                    overriding.add(method.getSimpleName());
                }
                return super.visitMethodDeclaration(method, p);
            }
        }.visit(file, 0);
    }

    /** Whether something else than the library uses a method. */
    boolean isUsed(J.MethodDeclaration method) {
        String name = method.getSimpleName();
        return overriding.contains(name)
                || method.getBody() == null
                || called.contains("." + name)
                || called.contains(key(method.getMethodType(), name));
    }

    private static String key(JavaType.@Nullable Method type, String name) {
        return type == null || type.getDeclaringType() instanceof JavaType.Unknown
                ? "." + name
                : type.getDeclaringType().getFullyQualifiedName() + "." + name;
    }
}
