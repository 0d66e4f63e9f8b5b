package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.java.ChangeType;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.RemoveAnnotation;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;

/** Moves the annotations of Spring Retry or Spring Framework 7 in a source file. One use for each file. */
final class SpringMove extends JavaIsoVisitor<ExecutionContext> {

    private static final String RECOVER = SpringAnnotations.RETRY + "Recover";

    private static final List<String> REMOVED = List.of(
            RECOVER, SpringAnnotations.RETRY + "EnableRetry", SpringAnnotations.FRAMEWORK + "EnableResilientMethods");

    private final String library;

    private final SpringAnnotations annotations;

    private final Imports imports = new Imports();

    private Recoveries recoveries = Recoveries.NONE;

    /**
     * @param library the library, as in the mapping table
     * @param annotations translates the annotations
     */
    SpringMove(String library, SpringAnnotations annotations) {
        this.library = library;
        this.annotations = annotations;
    }

    /** The file after the move. */
    JavaSourceFile move(JavaSourceFile file, ExecutionContext ctx) {
        JavaSourceFile moved =
                imports.apply(file(visit(file, ctx), file), MappingTable.get().renamed(library, "annotation"), ctx);
        for (String name : REMOVED) {
            if (name.startsWith(
                    library.equals(MappingTable.SPRING_RETRY)
                            ? SpringAnnotations.RETRY
                            : SpringAnnotations.FRAMEWORK)) {
                moved = file(new RemoveAnnotation("@" + name).getVisitor().visit(moved, ctx), moved);
            }
        }
        for (Map.Entry<String, String> exception :
                MappingTable.get().renamed(library, "exception").entrySet()) {
            moved = file(
                    new ChangeType(exception.getKey(), exception.getValue(), true)
                            .getVisitor()
                            .visit(moved, ctx),
                    moved);
        }
        return moved;
    }

    private static JavaSourceFile file(@Nullable Tree tree, JavaSourceFile otherwise) {
        return tree instanceof JavaSourceFile file ? file : otherwise;
    }

    @Override
    public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, ExecutionContext ctx) {
        Recoveries outer = recoveries;
        recoveries = Recoveries.of(declaration, getCursor().firstEnclosingOrThrow(JavaSourceFile.class));
        J.ClassDeclaration visited = super.visitClassDeclaration(declaration, ctx);
        recoveries = outer;
        return visited.withLeadingAnnotations(moved(visited.getLeadingAnnotations(), "", visited.getPrefix()));
    }

    @Override
    public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration declaration, ExecutionContext ctx) {
        J.MethodDeclaration visited = super.visitMethodDeclaration(declaration, ctx);
        List<Statement> parameters = recoveries.parameters(declaration);
        String name = recoveries.name(declaration);
        if (!name.equals(visited.getSimpleName())) {
            visited = visited.withName(visited.getName().withSimpleName(name));
        }
        return visited.withParameters(parameters)
                .withLeadingAnnotations(
                        moved(visited.getLeadingAnnotations(), recoveries.fallback(declaration), visited.getPrefix()));
    }

    private List<J.Annotation> moved(List<J.Annotation> former, String recovery, Space owner) {
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        List<J.Annotation> moved = new ArrayList<>();
        for (J.Annotation annotation : former) {
            String name = Trees.typeName(annotation, file);
            Map<String, Expression> there = Trees.arguments(annotation);
            if (!isOfLibrary(name) || !SpringAnnotations.isMovable(name, there)) {
                if (isOfLibrary(name) && there.containsKey("interceptor")) {
                    annotations
                            .left()
                            .accept(new Left(name, "Configure the retry by its settings, instead of an interceptor."));
                }
                moved.add(annotation);
                continue;
            }
            String here = SpringAnnotations.here(name);
            RetryArguments arguments = annotations.arguments(name, there);
            moved.add(Trees.annotation(annotation, here, arguments.list()));
            imports.add(here);
            imports.remove(name);
            imports.remove(SpringAnnotations.RETRY + "Backoff");
            imports.remove("java.util.concurrent.TimeUnit");
            imports.remove(SpringAnnotations.FRAMEWORK + "ConcurrencyLimit.ThrottlePolicy");
            Expression recover = arguments.recover();
            if (recover == null && !recovery.isEmpty()) {
                recover = Trees.literal(recovery);
            }
            if (recover != null) {
                moved.add(Trees.beside(
                        annotation, ProtectedMethods.FALLBACK, List.of(Trees.argument("method", recover)), owner));
                imports.add(ProtectedMethods.FALLBACK);
            }
        }
        return moved.equals(former) ? former : moved;
    }

    private boolean isOfLibrary(String name) {
        return name.startsWith(
                library.equals(MappingTable.SPRING_RETRY) ? SpringAnnotations.RETRY : SpringAnnotations.FRAMEWORK);
    }
}
