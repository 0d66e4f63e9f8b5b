package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.RemoveAnnotation;
import org.openrewrite.java.tree.Comment;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/** Moves the annotations of Spring Retry or Spring Framework 7 in a source file. One use for each file. */
final class SpringMove extends JavaIsoVisitor<ExecutionContext> {

    private static final String RECOVER = SpringAnnotations.RETRY + "Recover";

    private static final String LIMIT = SpringAnnotations.FRAMEWORK + "ConcurrencyLimit";

    private static final String CIRCUIT = SpringAnnotations.RETRY + "CircuitBreaker";

    /** What Spring Framework 7 has around one method, the limit outside. */
    private static final List<String> FRAMEWORK_PAIR = List.of(SpringAnnotations.FRAMEWORK + "Retryable", LIMIT);

    /** What activates the other annotations. */
    static final List<String> ACTIVATING =
            List.of(SpringAnnotations.RETRY + "EnableRetry", SpringAnnotations.FRAMEWORK + "EnableResilientMethods");

    static final List<String> REMOVED = List.of(RECOVER, ACTIVATING.get(0), ACTIVATING.get(1));

    /** What may keep Spring from reading a class. */
    private static final Pattern CONDITION = Pattern.compile("Profile|Conditional.*");

    private final String library;

    private final SpringAnnotations annotations;

    private final BiConsumer<List<String>, String> settings;

    private final Uses uses;

    private final Imports imports;

    private final boolean activated;

    private final Set<String> reopening;

    private Recoveries recoveries = Recoveries.NONE;

    /**
     * @param library the library, as in the mapping table
     * @param annotations translates the annotations
     * @param uses what code uses of methods
     * @param activated whether what activates the annotations stays, since some of them stay
     * @param reopening the retries of the applications of the file that an open circuit inside did not end
     * @param settings takes the keys and values of settings that the annotations of this library cannot have
     */
    SpringMove(
            String library,
            SpringAnnotations annotations,
            Uses uses,
            boolean activated,
            Set<String> reopening,
            BiConsumer<List<String>, String> settings) {
        this.reopening = reopening;
        this.activated = activated;
        this.uses = uses;
        this.imports = new Imports(uses.constants().types());
        this.library = library;
        this.annotations = annotations;
        this.settings = settings;
    }

    /** The file after the move. */
    JavaSourceFile move(JavaSourceFile file, ExecutionContext ctx) {
        JavaSourceFile moved =
                imports.apply(file(visit(file, ctx), file), MappingTable.get().renamed(library, "annotation"), ctx);
        for (String name : REMOVED) {
            if (isRemoved(name)
                    && name.startsWith(
                            library.equals(MappingTable.SPRING_RETRY)
                                    ? SpringAnnotations.RETRY
                                    : SpringAnnotations.FRAMEWORK)) {
                moved = file(new RemoveAnnotation("@" + name).getVisitor().visit(moved, ctx), moved);
            }
        }
        for (Map.Entry<String, String> exception :
                MappingTable.get().renamed(library, "exception").entrySet()) {
            String needed = needs(moved, exception.getKey());
            if (needed != null) {
                annotations
                        .left()
                        .accept(new Left(
                                exception.getKey(),
                                "The code uses its " + needed + ", which " + exception.getValue()
                                        + " does not have, so it stays. Annotated methods throw the other one now:"
                                        + " catch it, too."));
                continue;
            }
            boolean named = moved.getImports().stream()
                    .anyMatch(imported -> imported.getTypeName().equals(exception.getKey()));
            if (named && library.equals(MappingTable.SPRING_RETRY)) {
                annotations
                        .left()
                        .accept(new Left(
                                exception.getKey(),
                                "There, a failure that no recovery method takes is wrapped in it; here, it is thrown"
                                        + " as it is, unless on-exhausted is wrap. Catch it, too."));
            }
            moved = imports.changed(moved, exception.getKey(), exception.getValue(), ctx);
        }
        return Trees.withoutUnusedPackages(
                moved,
                library.equals(MappingTable.SPRING_RETRY)
                        ? "org.springframework.retry"
                        : "org.springframework.resilience");
    }

    /** What a file uses of an exception that the one of this library has not; null for nothing. */
    private static @Nullable String needs(JavaSourceFile file, String exception) {
        String simple = exception.substring(exception.lastIndexOf('.') + 1);
        String[] found = new String[1];
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.NewClass visitNewClass(J.NewClass created, Integer p) {
                if (created.getClazz() != null && isNamed(created.getClazz().toString())) {
                    found[0] = "constructor";
                }
                return super.visitNewClass(created, p);
            }

            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                if (declaration.getExtends() != null
                        && isNamed(declaration.getExtends().toString())) {
                    found[0] = "constructor";
                }
                return super.visitClassDeclaration(declaration, p);
            }

            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                JavaType.FullyQualified type = TypeUtils.asFullyQualified(
                        call.getSelect() == null ? null : call.getSelect().getType());
                if (call.getSimpleName().equals("getTarget")
                        && type != null
                        && type.getFullyQualifiedName().equals(exception)) {
                    found[0] = "getTarget()";
                }
                return super.visitMethodInvocation(call, p);
            }

            @Override
            public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
                boolean made = reference.getReference().getSimpleName().matches("new|getTarget");
                if (made && isNamed(reference.getContaining().toString())) {
                    found[0] = reference.getReference().getSimpleName();
                }
                return super.visitMemberReference(reference, p);
            }

            private boolean isNamed(String name) {
                return name.equals(exception) || name.equals(simple);
            }
        }.visit(file, 0);
        return found[0];
    }

    private static JavaSourceFile file(@Nullable Tree tree, JavaSourceFile otherwise) {
        return tree instanceof JavaSourceFile file ? file : otherwise;
    }

    /** Lists the recovery methods of a class that cannot become fallback methods as they are. */
    private void leaveRecoveries() {
        recoveries
                .shared()
                .forEach(name -> leaveRecovery(
                        name,
                        "It recovers methods whose fallback methods have different names. Add an overload of each that"
                                + " calls it."));
        recoveries
                .lost()
                .forEach(method -> leaveRecovery(
                        method.getSimpleName(),
                        "No method of this class, or of one beneath it, that is retried has its result and its"
                                + " parameters, in their order. Write its parameters as those of the method that it"
                                + " recovers, with the failure last, and add @Fallback(method = \""
                                + method.getSimpleName() + "\") to that method."));
        recoveries
                .inherited()
                .forEach((method, methods) -> leaveRecovery(
                        method.getSimpleName(),
                        "There, it recovers " + String.join(", ", methods)
                                + ", which the class inherits; here, a method names its fallback itself. Override each"
                                + " in this class with @Retry and @Fallback(method = \"" + method.getSimpleName()
                                + "\"), and write the parameters of the fallback as those of the method, with the"
                                + " failure last."));
        recoveries
                .unseen()
                .forEach((method, methods) -> leaveRecovery(
                        method.getSimpleName(),
                        "It had no effect on " + String.join(", ", methods)
                                + ": Spring Retry looks for recovery methods among those that the class of the bean"
                                + " itself declares. If one is meant, add @Fallback to each, with a method that has its"
                                + " parameters, and the failure last."));
    }

    private void leaveRecovery(String name, String reason) {
        annotations.left().accept(new Left("@Recover " + name, reason));
    }

    @Override
    public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, ExecutionContext ctx) {
        Recoveries outer = recoveries;
        recoveries = Recoveries.of(declaration, getCursor().firstEnclosingOrThrow(JavaSourceFile.class), uses);
        leaveRecoveries();
        J.ClassDeclaration visited = withBridges(super.visitClassDeclaration(declaration, ctx), ctx);
        recoveries = outer;
        leaveOrder(visited.getLeadingAnnotations());
        leaveCondition(declaration);
        leaveNotPublic(declaration); // whose methods still have their annotations
        List<J.Annotation> moved = moved(visited.getLeadingAnnotations(), "", null, visited.getPrefix());
        List<J.Annotation> kept = withComments(moved);
        Space lost = lost(moved);
        if (!lost.getComments().isEmpty() && !visited.getModifiers().isEmpty()) {
            List<J.Modifier> modifiers = new ArrayList<>(visited.getModifiers());
            modifiers.set(
                    0, modifiers.get(0).withPrefix(before(lost, modifiers.get(0).getPrefix())));
            visited = visited.withModifiers(modifiers);
        }
        return visited.withLeadingAnnotations(kept);
    }

    /** Lists where the annotations stood among other aspects. */
    private void leaveOrder(List<J.Annotation> all) {
        for (J.Annotation annotation : all) {
            Expression order =
                    isRemoved(annotation) ? Trees.arguments(annotation).get("order") : null;
            if (order != null) {
                annotations
                        .left()
                        .accept(new Left(
                                "@" + annotation.getSimpleName() + "(order = " + CodeCounterparts.text(order) + ")",
                                "It is removed: the patterns here have the order Ordered.LOWEST_PRECEDENCE - 100."
                                        + " An aspect with a lower number is outside of them. Give each that must be"
                                        + " inside a greater one."));
            }
        }
    }

    /**
     * Lists what activates annotations under a condition, whether or not it stays: annotations that were moved have an
     * effect always.
     */
    private void leaveCondition(J.ClassDeclaration declaration) {
        if (!uses.moved().get()) {
            return;
        }
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        List<J.Annotation> outer = getCursor()
                .getPathAsStream(J.ClassDeclaration.class::isInstance)
                .flatMap(each -> ((J.ClassDeclaration) each).getLeadingAnnotations().stream())
                .toList();
        declaration.getLeadingAnnotations().stream()
                .filter(annotation -> isActivating(annotation, file))
                .findFirst()
                .ifPresent(annotation -> leaveCondition(
                        "@" + annotation.getSimpleName() + " at " + declaration.getSimpleName(), outer, file));
        FailureArguments.methods(declaration).stream()
                .filter(method -> method.getLeadingAnnotations().stream()
                                .anyMatch(
                                        annotation -> annotation.getSimpleName().equals("Bean"))
                        && isActivatingCode(method, file))
                .forEach(method -> {
                    List<J.Annotation> all = new ArrayList<>(method.getLeadingAnnotations());
                    all.addAll(outer);
                    leaveCondition("@Bean at " + declaration.getSimpleName() + "." + method.getSimpleName(), all, file);
                });
    }

    private void leaveCondition(String what, List<J.Annotation> around, JavaSourceFile file) {
        String conditions = around.stream()
                .filter(annotation -> uses.composed().isComposed(annotation, file, SpringMove::isCondition))
                .map(CodeCounterparts::text)
                .distinct()
                .collect(Collectors.joining(" and "));
        if (!conditions.isEmpty()) {
            String second = library.equals(MappingTable.SPRING_RETRY)
                    ? ", resilience.circuit-breaker.defaults.enabled and resilience.fallback.defaults.enabled"
                    : " and resilience.bulkhead.defaults.enabled";
            annotations
                    .left()
                    .accept(new Left(
                            what,
                            "There, annotations have an effect under " + conditions
                                    + " alone; here, always. Set resilience.retry.defaults.enabled" + second
                                    + " to false where the condition does not hold."));
        }
    }

    private static boolean isCondition(String name) {
        return CONDITION.matcher(name.substring(name.lastIndexOf('.') + 1)).matches();
    }

    private boolean isActivatingCode(J code, JavaSourceFile file) {
        String name = library.equals(MappingTable.SPRING_RETRY)
                ? "org.springframework.retry."
                : "org.springframework.resilience.";
        return BuildFiles.isActivating(library, CodeCounterparts.text(code)) && Trees.mentions(file, name, Set.of());
    }

    /** Whether an annotation activates others, also as a meta-annotation, or imports what does. */
    private boolean isActivating(J.Annotation annotation, JavaSourceFile file) {
        return (annotation.getSimpleName().equals("Import") && isActivatingCode(annotation, file))
                || uses.composed().isComposed(annotation, file, ACTIVATING::contains);
    }

    /** Lists methods that the annotation of their class does not cover here. */
    private void leaveNotPublic(J.ClassDeclaration declaration) {
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        for (J.Annotation annotation : declaration.getLeadingAnnotations()) {
            String name = Trees.typeName(annotation, file);
            if (isOfLibrary(name) && SpringAnnotations.isMovable(name, Trees.arguments(annotation))) {
                ClassAnnotations.list(declaration, annotation, own -> isLike(own, name, file), annotations.left());
            }
            for (String base : composedOf(annotation)) {
                ClassAnnotations.list(declaration, annotation, own -> isLike(own, base, file), annotations.left());
            }
        }
    }

    /** Whether an annotation is the one of a name, or is composed of it. */
    private boolean isLike(J.Annotation annotation, String name, JavaSourceFile file) {
        return uses.composed().isAny(List.of(annotation), name, file);
    }

    /** The comments before an annotation that is removed, and that is the last one. */
    private Space lost(List<J.Annotation> annotations) {
        J.Annotation last = annotations.isEmpty() ? null : annotations.get(annotations.size() - 1);
        return last != null && isRemoved(last) ? last.getPrefix() : Space.EMPTY;
    }

    /** The comments before annotations that are removed are before the next ones. */
    private List<J.Annotation> withComments(List<J.Annotation> annotations) {
        boolean commented = annotations.stream()
                .anyMatch(annotation -> isRemoved(annotation)
                        && !annotation.getPrefix().getComments().isEmpty());
        if (!commented) {
            return annotations;
        }
        List<J.Annotation> all = new ArrayList<>(annotations);
        for (int i = 0; i < all.size(); i++) {
            J.Annotation annotation = all.get(i);
            if (isRemoved(annotation) && !annotation.getPrefix().getComments().isEmpty()) {
                all.set(i, annotation.withPrefix(annotation.getPrefix().withComments(List.of())));
                if (i + 1 < all.size()) {
                    J.Annotation next = all.get(i + 1);
                    all.set(i + 1, next.withPrefix(before(annotation.getPrefix(), next.getPrefix())));
                }
            }
        }
        return all;
    }

    private static Space before(Space first, Space second) {
        List<Comment> comments = new ArrayList<>(first.getComments());
        int last = comments.size() - 1;
        comments.set(last, comments.get(last).withSuffix(second.getWhitespace()));
        comments.addAll(second.getComments());
        return first.withComments(comments);
    }

    private boolean isRemoved(J.Annotation annotation) {
        String name = Trees.typeName(annotation, getCursor().firstEnclosing(JavaSourceFile.class));
        return isOfLibrary(name) && isRemoved(name);
    }

    private boolean isRemoved(String name) {
        return REMOVED.contains(name) && !(activated && ACTIVATING.contains(name));
    }

    /** With methods that call recovery methods which keep their parameters, since other code uses them. */
    private J.ClassDeclaration withBridges(J.ClassDeclaration declaration, ExecutionContext ctx) {
        if (recoveries.bridges().isEmpty()) {
            return declaration;
        }
        List<Statement> statements = new ArrayList<>();
        for (Statement statement : declaration.getBody().getStatements()) {
            statements.add(statement);
            if (statement instanceof J.MethodDeclaration recovery) {
                for (Recoveries.Bridge bridge : recoveries.bridges().getOrDefault(recovery.getId(), List.of())) {
                    J.MethodDeclaration added = bridge(recovery, bridge, ctx);
                    if (added != null) {
                        statements.add(added);
                    }
                }
            }
        }
        return declaration.withBody(declaration.getBody().withStatements(statements));
    }

    private J.@Nullable MethodDeclaration bridge(
            J.MethodDeclaration recovery, Recoveries.Bridge bridge, ExecutionContext ctx) {
        if (recovery.getBody() == null) {
            annotations
                    .left()
                    .accept(new Left(
                            "@Recover " + recovery.getSimpleName(),
                            "Its classes implement it. Add a default method " + bridge.name()
                                    + " that has the failure as its last parameter and calls it."));
            return null;
        } else if (!bridge.open()) {
            return Bridges.of(recovery, bridge.name(), bridge.parameters(), Bridges.call(recovery), ctx);
        }
        List<Statement> parameters = new ArrayList<>(bridge.parameters());
        int last = parameters.size() - 1;
        J.VariableDeclarations failure = (J.VariableDeclarations) parameters.get(last);
        parameters.set(
                last,
                failure.withId(Tree.randomId())
                        .withTypeExpression(Trees.identifier(
                                        "CircuitOpenException", JavaType.ShallowClass.build(Bridges.OPEN))
                                .withPrefix(
                                        failure.getTypeExpression() == null
                                                ? Space.EMPTY
                                                : failure.getTypeExpression().getPrefix())));
        imports.add(Bridges.OPEN);
        boolean moved = Bridges.types(recovery.getParameters()).equals(Bridges.types(bridge.parameters()));
        List<String> names = Bridges.names(recovery);
        String type = String.valueOf(failure.getTypeExpression());
        int position = moved ? names.size() - 1 : 0;
        names.set(position, "(" + type + ") null");
        String call = recovery.getSimpleName() + "(" + String.join(", ", names) + ")";
        return Bridges.of(recovery, bridge.name(), parameters, call, ctx);
    }

    /** An alias of an attribute here, where one of the same type has the same meaning. */
    @Override
    public J.Annotation visitAnnotation(J.Annotation annotation, ExecutionContext ctx) {
        J.Annotation visited = super.visitAnnotation(annotation, ctx);
        return aliases().moved(visited, getCursor().firstEnclosing(J.MethodDeclaration.class));
    }

    /** Without annotations of methods that no proxy can have, for which no context would start. */
    private J.MethodDeclaration withoutUnreached(J.MethodDeclaration method) {
        boolean isStatic = method.hasModifier(J.Modifier.Type.Static);
        if (!isStatic && !method.hasModifier(J.Modifier.Type.Private)) {
            return method;
        }
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        List<J.Annotation> kept = new ArrayList<>();
        Space first = null;
        for (J.Annotation annotation : method.getLeadingAnnotations()) {
            String there = Trees.typeName(annotation, file);
            boolean own = isOfLibrary(there) && SpringAnnotations.isMovable(there, Trees.arguments(annotation));
            if (!own && composedOf(annotation).isEmpty()) {
                kept.add(kept.isEmpty() && first != null ? annotation.withPrefix(first) : annotation);
                continue;
            }
            first = kept.isEmpty() && first == null ? annotation.getPrefix() : first;
            imports.remove(there);
            imports.remove(SpringAnnotations.RETRY + "Backoff");
            annotations
                    .left()
                    .accept(new Left(
                            "@" + annotation.getSimpleName() + " at " + method.getSimpleName(),
                            "It had no effect, since no proxy can have a " + (isStatic ? "static" : "private")
                                    + " method, and the start would fail here, so it was removed. Put the one of this"
                                    + " library on a method that other beans call, if it is meant."));
        }
        return AddedAnnotations.withOnly(method, kept);
    }

    @Override
    public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration declaration, ExecutionContext ctx) {
        leaveProtectedRecovery(declaration);
        J.MethodDeclaration visited =
                withoutUnreached(aliases().without(super.visitMethodDeclaration(declaration, ctx)));
        List<Statement> parameters = recoveries.parameters(declaration);
        String name = recoveries.name(declaration);
        if (!name.equals(visited.getSimpleName())) {
            visited = visited.withName(visited.getName().withSimpleName(name));
        }
        visited = visited.withParameters(parameters);
        String recovery = recoveries.fallback(declaration);
        String closed = recoveries.closed().get(declaration.getId());
        if (closed != null) {
            annotations
                    .left()
                    .accept(new Left(
                            "@CircuitBreaker at " + declaration.getSimpleName(),
                            "There, the recovery method of an open circuit gets the last failure; here, an open circuit"
                                    + " throws CircuitOpenException, which no overload of " + closed
                                    + " takes. Add an overload with CircuitOpenException as its last parameter."));
        }
        List<J.Annotation> moved = moved(visited.getLeadingAnnotations(), recovery, declaration, visited.getPrefix());
        return recoveries.isOfClass(declaration)
                ? withFallback(visited, recovery)
                : moved.size() > visited.getLeadingAnnotations().size()
                        ? AddedAnnotations.onLines(visited.withLeadingAnnotations(moved))
                        : visited.withLeadingAnnotations(moved);
    }

    /** Spring Retry calls recovery methods through the proxy, so that annotations of their own count. */
    private void leaveProtectedRecovery(J.MethodDeclaration method) {
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        List<J.Annotation> all = method.getLeadingAnnotations();
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        leaveCoveredRecovery(owner, method, file);
        boolean counts = Uses.RETRYING.stream().anyMatch(name -> uses.composed().isAny(all, name, file))
                || Trees.isAdvised(method)
                || (owner != null && Trees.isAdvised(owner));
        if (counts
                && !method.hasModifier(J.Modifier.Type.Private)
                && all.stream().anyMatch(each -> Trees.typeName(each, file).equals(RECOVER))) {
            annotations
                    .left()
                    .accept(new Left(
                            "@Recover " + method.getSimpleName(),
                            "There, it is called through the proxy, where its other annotations and those of its class"
                                    + " have an effect. Here, it is called on the object itself, where they have none."
                                    + " If one is meant, move it to another bean, and name that as bean of"
                                    + " @Fallback."));
        }
    }

    /** Spring Retry leaves recovery methods out of what the annotation of their class retries. */
    private void leaveCoveredRecovery(
            J.@Nullable ClassDeclaration owner, J.MethodDeclaration method, JavaSourceFile file) {
        List<J.Annotation> all = method.getLeadingAnnotations();
        boolean covered = owner != null
                && Recoveries.isCallable(method)
                && uses.composed().isAny(owner.getLeadingAnnotations(), SpringAnnotations.RETRY + "Retryable", file)
                && all.stream().anyMatch(each -> Trees.typeName(each, file).equals(RECOVER))
                && Uses.RETRYING.stream().noneMatch(name -> uses.composed().isAny(all, name, file));
        if (covered && uses.isUsed(method)) {
            annotations
                    .left()
                    .accept(new Left(
                            "@Recover " + method.getSimpleName(),
                            "Other code calls it. There, @Retryable of the class is not for recovery methods; here, @Retry"
                                    + " of the class is for it, if it is called on the bean. Put @Retry on the methods"
                                    + " that are to be retried, instead of their class, if it is not to be."));
        }
    }

    /** A method that the annotation of its class retries. */
    private J.MethodDeclaration withFallback(J.MethodDeclaration method, String recovery) {
        imports.add(ProtectedMethods.FALLBACK);
        return AddedAnnotations.with(method, ProtectedMethods.FALLBACK, List.of(Trees.argument("method", recovery)));
    }

    private List<J.Annotation> moved(
            List<J.Annotation> former, String recovery, J.@Nullable MethodDeclaration method, Space owner) {
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        List<J.Annotation> moved = new ArrayList<>();
        boolean retried = isRetriedBeside(former, file);
        for (J.Annotation annotation : former) {
            String name = Trees.typeName(annotation, file);
            Map<String, Expression> there = Trees.arguments(annotation);
            if (retried && name.equals(CIRCUIT)) {
                imports.remove(name);
                annotations
                        .left()
                        .accept(new Left(
                                "@CircuitBreaker beside @Retryable" + at(method),
                                "Spring Retry reads @Retryable alone, so that the circuit breaker had no effect, and it"
                                        + " was removed. Add the one of this library if it is meant."));
                continue;
            }
            if (!isOfLibrary(name) || !SpringAnnotations.isMovable(name, there)) {
                if (isOfLibrary(name) && there.containsKey("interceptor")) {
                    annotations
                            .left()
                            .accept(new Left(name, "Configure the retry by its settings, instead of an interceptor."));
                }
                moved.add(annotation);
                leaveComposed(annotation, method);
                aliases().listLost(annotation, method);
                if (method != null && isIntercepted(name, there) && isRetriedByType(false)) {
                    moved.add(single(annotation, owner));
                }
                continue;
            }
            leaveIntercepted(name, method);
            leaveRetriedCircuit(name, method);
            String here = SpringAnnotations.here(name);
            J.ClassDeclaration type = getCursor().firstEnclosing(J.ClassDeclaration.class);
            Constants.Scope scope = new Constants.Scope(file, type == null ? "" : type.getSimpleName());
            RetryArguments arguments =
                    annotations.arguments(name, there, value -> uses.constants().value(value, scope));
            String shared = method == null && name.equals(LIMIT) ? share(arguments) : null;
            configure(arguments, here, there, method, shared);
            leaveAsync(name, method);
            moved.add(Trees.annotation(annotation, here, arguments.list()));
            imports.add(here);
            imports.remove(name);
            imports.remove(SpringAnnotations.RETRY + "Backoff");
            imports.remove("java.util.concurrent.TimeUnit");
            imports.remove(SpringAnnotations.FRAMEWORK + "ConcurrencyLimit.ThrottlePolicy");
            Expression recover = arguments.recover();
            if (method != null && recover != null && recoveries.isNamedInVain(method, file, uses)) {
                annotations
                        .left()
                        .accept(new Left(
                                "recover = " + Trees.shown(recover),
                                "No @Recover method of that name, of this class itself, has the result and the"
                                        + " parameters of " + method.getSimpleName() + ". Add @Fallback(method = "
                                        + CodeCounterparts.text(recover)
                                        + ") with a method that has its parameters, and"
                                        + " the failure last."));
                recover = null;
            }
            if (!recovery.isEmpty()
                    && (recover == null || !recovery.equals(uses.constants().text(recover, scope)))) {
                recover = Trees.literal(recovery);
            }
            if (recover != null) {
                moved.add(Trees.beside(
                        annotation, ProtectedMethods.FALLBACK, List.of(Trees.argument("method", recover)), owner));
                imports.add(ProtectedMethods.FALLBACK);
            }
        }
        addPair(former, moved, method, owner);
        return moved.equals(former) ? former : moved;
    }

    private String at(J.@Nullable MethodDeclaration method) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        return " at "
                + (owner == null ? "" : owner.getSimpleName())
                + (method == null ? "" : "." + method.getSimpleName());
    }

    /** Whether a method or class has an own retry that Spring Retry reads instead of a circuit breaker beside it. */
    private static boolean isRetriedBeside(List<J.Annotation> all, JavaSourceFile file) {
        return all.stream()
                .anyMatch(annotation -> Trees.typeName(annotation, file).equals(SpringAnnotations.RETRY + "Retryable")
                        && !"true"
                                .equals(String.valueOf(
                                        Trees.arguments(annotation).get("stateful"))));
    }

    /** What pairs of annotations need, on a method and on its class, that belong together in another way here. */
    private void addPair(
            List<J.Annotation> former, List<J.Annotation> moved, J.@Nullable MethodDeclaration method, Space owner) {
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        J.Annotation last = former.isEmpty() ? null : former.get(former.size() - 1);
        if (last == null) {
            return;
        }
        boolean retries = uses.composed().isAny(former, SpringAnnotations.RETRY + "Retryable", file);
        boolean breaks = uses.composed().isAny(former, CIRCUIT, file);
        if (method != null && library.equals(MappingTable.SPRING_RETRY)) {
            if (breaks && !retries && isRetriedByType(false)) {
                moved.add(single(last, owner)); // there, it replaces the retry of the class
            } else if (isRetriedBeside(former, file) && isOfType(CIRCUIT)) {
                annotations
                        .left()
                        .accept(new Left(
                                "@Retryable" + at(method),
                                "There, it replaced @CircuitBreaker of the class; here, both protect the method, so that"
                                        + " an open circuit rejects its calls. Put @CircuitBreaker on the methods that are"
                                        + " to have it, instead of their class."));
            }
        }
        boolean ofMethod = former.stream().anyMatch(each -> FRAMEWORK_PAIR.contains(Trees.typeName(each, file)));
        boolean both = FRAMEWORK_PAIR.stream()
                .allMatch(name -> uses.composed().isAny(former, name, file) || (method != null && isOfType(name)));
        if (ofMethod && both && annotations.keepBehaviour()) {
            // there, the limit is around the retry: a call keeps its permit for all of its attempts
            moved.add(Trees.beside(
                    last, ProtectedMethods.ORDER, List.of(Trees.array(List.of("bulkhead", "retry"))), owner));
            imports.add(ProtectedMethods.ORDER);
        }
    }

    /** Whether the class of a method, or a type above it, has an annotation for its methods. */
    private boolean isOfType(String name) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        if (owner == null) {
            return false;
        }
        List<Uses.Source> types = new ArrayList<>(uses.above(owner));
        types.add(new Uses.Source(owner, getCursor().firstEnclosingOrThrow(JavaSourceFile.class)));
        return types.stream()
                .anyMatch(type -> uses.composed().isAny(type.declaration().getLeadingAnnotations(), name, type.file()));
    }

    /** Lists what an annotation composed of one of the library does not do here, as for that one itself. */
    private void leaveComposed(J.Annotation annotation, J.@Nullable MethodDeclaration method) {
        for (String base : composedOf(annotation)) {
            leaveIntercepted(base, method);
            leaveRetriedCircuit(base, method);
            leaveAsync(base, method);
        }
    }

    /** The annotations of the library of which another one is composed. */
    private List<String> composedOf(J.Annotation annotation) {
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        return MappingTable.get().renamed(library, "annotation").keySet().stream()
                .filter(name -> uses.composed().isOf(annotation, name, file))
                .toList();
    }

    private static boolean isIntercepted(String name, Map<String, Expression> arguments) {
        return name.equals(SpringAnnotations.RETRY + "Retryable") && arguments.containsKey("interceptor");
    }

    /** Whether the class of a method, or one above it, has an annotation that retries its methods. */
    private boolean isRetriedByType(boolean intercepted) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        if (owner == null) {
            return false;
        }
        List<Uses.Source> types = new ArrayList<>(uses.above(owner));
        types.add(new Uses.Source(owner, getCursor().firstEnclosingOrThrow(JavaSourceFile.class)));
        return types.stream()
                .anyMatch(type -> type.declaration().getLeadingAnnotations().stream()
                        .anyMatch(annotation -> {
                            String name = SpringAnnotations.RETRY + "Retryable";
                            J.Annotation retryable =
                                    Trees.typeName(annotation, type.file()).equals(name)
                                            ? annotation
                                            : uses.composed().base(annotation, name, type.file());
                            return retryable != null && isIntercepted(name, Trees.arguments(retryable)) == intercepted;
                        }));
    }

    /** A retry of one attempt, since the one of the class was not for a method with an interceptor of its own. */
    private J.Annotation single(J.Annotation annotation, Space owner) {
        String here = SpringAnnotations.here(SpringAnnotations.RETRY + "Retryable");
        imports.add(here);
        return Trees.beside(
                annotation,
                here,
                List.of(Trees.argument("maxAttempts", Trees.literal(1)), Trees.argument("onExhausted", "rethrow")),
                owner);
    }

    /** Lists a method that the interceptor of its class did not retry, since it had an annotation of its own. */
    private void leaveIntercepted(String name, J.@Nullable MethodDeclaration method) {
        boolean replaces = name.equals(SpringAnnotations.RETRY + "Retryable") || name.equals(CIRCUIT);
        if (method != null && replaces && isRetriedByType(true)) {
            annotations
                    .left()
                    .accept(new Left(
                            "@" + name.substring(name.lastIndexOf('.') + 1) + " at " + method.getSimpleName(),
                            "There, it replaced the interceptor that @Retryable of the class names; here, both retry"
                                    + " the method, so that attempts multiply. Put the annotation with the interceptor"
                                    + " on the methods that need it, instead of their class."));
        }
    }

    /** Lists a circuit without a recovery method whose rejections retries around it repeated. */
    private void leaveRetriedCircuit(String name, J.@Nullable MethodDeclaration method) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        if (!name.equals(SpringAnnotations.RETRY + "CircuitBreaker") || owner == null) {
            return;
        }
        String circuit = owner.getSimpleName() + (method == null ? "" : "." + method.getSimpleName());
        List<String> others =
                reopening.stream().filter(retry -> !retry.equals(circuit)).toList();
        if (!others.isEmpty() && (method == null || !isRecovered(owner, method))) {
            annotations
                    .left()
                    .accept(new Left(
                            "@CircuitBreaker at " + circuit,
                            "There, an open circuit throws ExhaustedRetryException with the last failure as its cause,"
                                    + " which a retry around it retries; here, it throws CircuitOpenException, which"
                                    + " is not retried unless exceptions names it. If one of "
                                    + String.join(", ", others)
                                    + " calls this method and is to retry it, add CircuitOpenException.class to the"
                                    + " exceptions of its @Retry, beside Exception.class where it has none."));
        }
    }

    /** Whether a method has a recovery method; of an interface or abstract, whether it has one in all its classes. */
    private boolean isRecovered(J.ClassDeclaration owner, J.MethodDeclaration method) {
        if (!recoveries.fallback(method).isEmpty()) {
            return true;
        }
        List<J.MethodDeclaration> implementing = new ArrayList<>();
        boolean recovered = method.getBody() == null;
        for (Uses.Source type : recovered ? uses.beneath(owner) : List.<Uses.Source>of()) {
            Recoveries own = Recoveries.of(type.declaration(), type.file(), uses);
            for (J.MethodDeclaration each : FailureArguments.methods(type.declaration())) {
                boolean same = each.getSimpleName().equals(method.getSimpleName())
                        && Bridges.names(each).size() == Bridges.names(method).size();
                if (same && each.getBody() != null) {
                    implementing.add(each);
                    recovered &= !own.fallback(each).isEmpty();
                }
            }
        }
        return recovered && !implementing.isEmpty();
    }

    /**
     * Lists methods whose asynchronous failures were not retried: the one with the annotation, or those of its class.
     */
    private void leaveAsync(String name, J.@Nullable MethodDeclaration method) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        if (!name.endsWith(".Retryable") || owner == null) {
            return;
        }
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        boolean springRetry = library.equals(MappingTable.SPRING_RETRY);
        List<J.MethodDeclaration> methods = method != null
                ? List.of(method)
                : FailureArguments.methods(owner).stream()
                        .filter(each -> Recoveries.isCallable(each)
                                || owner.getKind() == J.ClassDeclaration.Kind.Type.Interface)
                        .filter(each -> each.getLeadingAnnotations().stream()
                                .noneMatch(own ->
                                        Trees.typeName(own, file).matches(".*\\.annotation\\.(Retryable|Recover)")))
                        .toList();
        for (J.MethodDeclaration each : methods) {
            String type = WrittenTypes.of(each.getReturnTypeExpression()).replaceAll("(?s)<.*>", "");
            String simple = type.substring(type.lastIndexOf('.') + 1);
            String repeated = springRetry ? null : ReactiveBodies.reason(each, ReactiveBodies.ADAPTED);
            boolean future = simple.matches("(Completable|Listenable|Scheduled)?Future|CompletionStage|AsyncResult");
            if (future || (springRetry && simple.matches(ReactiveBodies.ADAPTED))) {
                annotations
                        .left()
                        .accept(new Left(
                                "@Retryable at " + owner.getSimpleName() + "." + each.getSimpleName(),
                                "There, a " + simple + " that fails was not retried, only a call that throws; here, it"
                                        + " is: the work is repeated up to maxAttempts times. Remove @Retry"
                                        + (method == null ? " of the class from it" : "")
                                        + " if it must not be repeated."));
            } else if (repeated != null) {
                annotations
                        .left()
                        .accept(new Left(
                                "@Retryable at " + owner.getSimpleName() + "." + each.getSimpleName(), repeated));
            }
        }
    }

    private Aliases aliases() {
        return new Aliases(
                library,
                getCursor().firstEnclosingOrThrow(JavaSourceFile.class),
                getCursor().firstEnclosing(J.ClassDeclaration.class),
                uses,
                imports,
                annotations.left());
    }

    private boolean isOfLibrary(String name) {
        return name.startsWith(
                library.equals(MappingTable.SPRING_RETRY) ? SpringAnnotations.RETRY : SpringAnnotations.FRAMEWORK);
    }

    /** Gives a limit of a class the name of the class, since its methods share it there. Returns the name, or null. */
    private @Nullable String share(RetryArguments arguments) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        String type = owner == null ? "" : owner.getSimpleName();
        boolean inherited = owner == null
                || owner.getKind() != J.ClassDeclaration.Kind.Type.Class
                || owner.hasModifier(J.Modifier.Type.Abstract);
        if (inherited) {
            annotations
                    .left()
                    .accept(new Left(
                            "@ConcurrencyLimit at " + type,
                            "There, the methods of a bean share the limit of their class; here, each method has its"
                                    + " own. Put @Bulkhead with a name on each class that has these methods."));
            return null;
        }
        arguments.putName(type);
        if (uses.isNameOfSeveralLimited(type)) {
            annotations
                    .left()
                    .accept(new Left(
                            "@ConcurrencyLimit at " + type,
                            "Another class has the same name, and would share its limit. Give each another name, as in"
                                    + " @Bulkhead(name = \"" + type + "\")."));
        }
        return type;
    }

    /** Moves what is no argument into the settings of the instance, if its name is known. */
    private void configure(
            RetryArguments arguments,
            String annotation,
            Map<String, Expression> there,
            J.@Nullable MethodDeclaration method,
            @Nullable String shared) {
        Expression label = there.get("label");
        String own = label == null ? defaultName(method) : arguments.text(label);
        String instance = shared == null ? own : shared;
        String path = SettingsMove.path(getCursor().firstEnclosingOrThrow(JavaSourceFile.class));
        String pattern = Names.uniform(annotation.substring(annotation.lastIndexOf('.') + 1));
        arguments.settings().forEach((setting, value) -> {
            if (instance == null || instance.isEmpty() || !AddedSettings.isPossible(path)) {
                annotations
                        .left()
                        .accept(new Left(
                                setting + " = " + value,
                                "Set it in the configuration of the instance, whose name is not known here."));
            } else {
                String section = pattern.equals("circuitbreaker") ? "circuit-breaker" : pattern;
                settings.accept(List.of("resilience", section, "instances", instance, setting), value);
            }
        });
    }

    /** The name of the instance of a method, if no other method can change it. */
    private @Nullable String defaultName(J.@Nullable MethodDeclaration method) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        if (method == null || owner == null || owner.getKind() != J.ClassDeclaration.Kind.Type.Class) {
            return null;
        }
        long overloads = owner.getBody().getStatements().stream()
                .filter(other -> other instanceof J.MethodDeclaration declaration
                        && declaration.getSimpleName().equals(method.getSimpleName()))
                .count();
        return overloads > 1 || owner.hasModifier(J.Modifier.Type.Abstract)
                ? null
                : owner.getSimpleName() + "." + method.getSimpleName();
    }
}
