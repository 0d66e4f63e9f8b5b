package io.netrun.resilience.rewrite;

import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;

/** Visits what a method does itself, and not what lambdas and classes within it do. */
class OwnCode extends JavaIsoVisitor<Integer> {

    @Override
    public final J.Lambda visitLambda(J.Lambda lambda, Integer p) {
        return lambda;
    }

    @Override
    public final J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
        return declaration;
    }
}
