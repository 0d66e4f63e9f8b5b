package io.netrun.resilience.rewrite;

import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;

/** Visits the texts of a source: literals, and what is put together of them and of constants. */
abstract class TextVisitor extends JavaIsoVisitor<Integer> {

    private final JavaSourceFile file;

    private final Constants constants;

    TextVisitor(JavaSourceFile file, Constants constants) {
        this.file = file;
        this.constants = constants;
    }

    /** Takes a text; the cursor is at its expression. */
    abstract void visitText(String text);

    @Override
    public J.Literal visitLiteral(J.Literal literal, Integer p) {
        if (Trees.text(literal) != null) {
            add(literal);
        }
        return literal;
    }

    @Override
    public J.Binary visitBinary(J.Binary binary, Integer p) {
        if (binary.getOperator() == J.Binary.Type.Addition) {
            add(binary);
        }
        return super.visitBinary(binary, p);
    }

    private void add(Expression expression) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        String text = constants.text(expression, new Constants.Scope(file, owner == null ? "" : owner.getSimpleName()));
        if (text != null) {
            visitText(text);
        }
    }
}
