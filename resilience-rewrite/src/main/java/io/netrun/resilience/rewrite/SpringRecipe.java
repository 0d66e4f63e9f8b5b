package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Option;
import org.openrewrite.ScanningRecipe;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.properties.tree.Properties;
import org.openrewrite.yaml.tree.Yaml;

/** What the recipes for Spring's two libraries have in common. */
abstract sealed class SpringRecipe extends ScanningRecipe<SpringRecipe.Found>
        permits FromSpringRetry, FromSpringFramework7 {

    @Option(
            displayName = "Keep the behaviour",
            description = "Whether the settings are written out whose defaults differ, so that the application behaves"
                    + " as before. Default true.",
            required = false)
    private final @Nullable Boolean keepBehaviour;

    private final transient Leftovers leftovers = new Leftovers(this);

    SpringRecipe(@Nullable Boolean keepBehaviour) {
        this.keepBehaviour = keepBehaviour;
    }

    private boolean keeps() {
        return keepBehaviour == null || keepBehaviour;
    }

    /** The library, as in the mapping table. */
    abstract String library();

    /** The package of its types. */
    abstract String packageName();

    /** Whether it is part of what the application needs anyway, so that nothing replaces it. */
    abstract boolean isPartOfSpring();

    @Override
    public Found getInitialValue(ExecutionContext ctx) {
        return new Found(
                new HashSet<>(),
                new HashSet<>(),
                new HashSet<>(),
                new HashSet<>(),
                new AddedSettings(),
                new Catalogs(library()),
                new Uses(),
                new Numbers(),
                new BuildFiles(library()),
                new ArrayList<>(),
                new LinkedHashMap<>(),
                new Projects());
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getScanner(Found found) {
        return new TreeVisitor<Tree, ExecutionContext>() {
            @Override
            public @Nullable Tree visit(@Nullable Tree tree, ExecutionContext ctx) {
                if (tree instanceof SourceFile file && found.projects().scan(file)) {
                    scan(found, file, ctx);
                }
                return tree;
            }
        };
    }

    private void scan(Found found, SourceFile file, ExecutionContext ctx) {
        if (OtherLanguages.isSource(file)) {
            if (OtherLanguages.uses(file, List.of(packageName()))) {
                found.modules().add(Names.module(SettingsMove.path(file)));
                found.left().add(SettingsMove.path(file));
            }
            if (Remains.isActive(file, library())) {
                found.active().add(SettingsMove.path(file));
            }
            found.files().scan(file);
            return;
        }
        if (BeanFiles.uses(file, packageName())) {
            found.modules().add(Names.module(SettingsMove.path(file)));
            found.left().add(SettingsMove.path(file));
        }
        if (file instanceof JavaSourceFile java && !GradleMove.isScript(java)) {
            found.uses().scan(java);
            Set<String> composed = ComposedAnnotations.typed(java, Remains.activated(library()));
            if (!composed.isEmpty()) {
                found.composed().put(SettingsMove.path(java), composed);
            }
        }
        if (file instanceof JavaSourceFile java
                && !GradleMove.isScript(java)
                && Trees.mentions(java, packageName(), Set.of())) {
            String path = SettingsMove.path(java);
            found.modules().add(Names.module(path));
            JavaSourceFile moved = new SpringMove(
                            library(),
                            new SpringAnnotations(false, new Numbers(), left -> {}),
                            new Uses(),
                            false,
                            Set.of(),
                            (key, value) -> {})
                    .move(java, ctx);
            if (Remains.isAny(moved, packageName())) {
                found.left().add(path);
            }
            if (!Remains.annotated(moved, Remains.activated(library())).isEmpty()) {
                found.active().add(path);
            }
            if (!Remains.annotated(java, SpringMove.ACTIVATING).isEmpty()) {
                found.activating().add(path);
            }
            String sources = SettingsDocument.sources(path);
            boolean main = sources.isEmpty() || sources.equals("main");
            if (moved != java) {
                found.later().add(new Annotated(java, path)); // constants may be in files that come later
                found.files().addAnnotated(Names.module(path), main);
                Collection<String> names = Remains.activated(library());
                if (Remains.count(moved, names) < Remains.count(java, names)) {
                    found.uses().moved().set(true);
                }
            }
            if (main && !Remains.annotated(java, Remains.activated(library())).isEmpty()) {
                found.files().addInactive(Names.module(path));
            }
        } else if (file instanceof Yaml.Documents || file instanceof Properties.File) {
            found.numbers().scan(file);
        }
        found.settings().scan(file);
        found.catalogs().scan(file);
        found.files().scan(file);
    }

    @Override
    public Collection<? extends SourceFile> generate(Found found, ExecutionContext ctx) {
        found.projects().settle(library(), file -> scan(found, file, ctx));
        found.later()
                .forEach(annotated -> new SpringMove(
                                library(),
                                new SpringAnnotations(keeps(), found.numbers(), left -> {}),
                                found.uses(),
                                false,
                                Set.of(),
                                (key, value) -> found.settings().add(annotated.path(), key, value))
                        .move(annotated.file(), ctx));
        found.later().clear();
        found.settle();
        found.settings().keep((key, value) -> {
            Ranges.Range range = Ranges.ofSetting(key.get(key.size() - 1));
            return range == null || found.numbers().possible(value, range).bad() == null;
        });
        return found.settings().generate();
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor(Found found) {
        return new TreeVisitor<Tree, ExecutionContext>() {
            @Override
            public @Nullable Tree visit(@Nullable Tree tree, ExecutionContext ctx) {
                return LineEnds.kept(tree, moved(tree, ctx), ctx);
            }

            private @Nullable Tree moved(@Nullable Tree tree, ExecutionContext ctx) {
                if (!(tree instanceof SourceFile source) || found.modules().isEmpty()) {
                    return tree;
                }
                String path = SettingsMove.path(source);
                if (found.projects().isOutside(source)) {
                    found.projects()
                            .list(source, SpringRecipe.this.getClass().getSimpleName(), left -> leave(ctx, path, left));
                    return tree;
                }
                found.files().list(source, found.build(), left -> leave(ctx, path, left));
                boolean code = tree instanceof JavaSourceFile || OtherLanguages.isSource(source);
                if (library().equals(MappingTable.SPRING_RETRY) && !code) {
                    OtherTexts.listSpringRetry(source, !found.left().isEmpty(), left -> leave(ctx, path, left));
                }
                if (!code && !BeanFiles.uses(source, packageName())) {
                    texts(path, found, ctx).list(source);
                }
                if (BeanFiles.uses(source, packageName())) {
                    BeanFiles.list(source, library(), packageName(), left -> leave(ctx, path, left));
                    return tree;
                }
                if (OtherLanguages.isSource(source)) {
                    if (found.modules().contains(Names.module(path))) {
                        OtherLanguages.list(source, library(), List.of(packageName()), left -> leave(ctx, path, left));
                    }
                    return tree;
                } else if (BuildFiles.isBuild(source)) {
                    return found.files().moved(source, found.build(), ctx, left -> leave(ctx, path, left));
                } else if (tree instanceof JavaSourceFile file) {
                    JavaSourceFile moved =
                            isConcerned(file, found) ? SpringRecipe.this.moved(file, path, found, ctx) : file;
                    if (!GradleMove.isScript(file)) {
                        texts(path, found, ctx).list(moved);
                    }
                    return moved;
                } else if (tree instanceof Yaml.Documents || tree instanceof Properties.File) {
                    return found.settings().move(source, ctx);
                }
                return tree;
            }
        };
    }

    /** Whether a file names types of the library, or has annotations that are composed of its own. */
    private boolean isConcerned(JavaSourceFile file, Found found) {
        return Trees.mentions(file, packageName(), Set.of())
                || found.composed().containsKey(SettingsMove.path(file))
                || (!GradleMove.isScript(file)
                        && found.uses().moved().get()
                        && found.uses().composed().isAnyComposed(file, SpringMove.ACTIVATING::contains))
                || (!GradleMove.isScript(file)
                        && found.uses()
                                .composed()
                                .areIn(
                                        file,
                                        List.copyOf(MappingTable.get()
                                                .renamed(library(), "annotation")
                                                .keySet())));
    }

    private void leave(ExecutionContext ctx, String path, Left left) {
        leftovers.insertRow(ctx, new Leftovers.Row(path, left.what(), left.reason()));
    }

    private AnnotationTexts texts(String path, Found found, ExecutionContext ctx) {
        return new AnnotationTexts(library(), found.uses().constants(), left -> leave(ctx, path, left));
    }

    private JavaSourceFile moved(JavaSourceFile file, String path, Found found, ExecutionContext ctx) {
        JavaSourceFile moved = new SpringMove(
                        library(),
                        new SpringAnnotations(keeps(), found.numbers(), left -> leave(ctx, path, left)),
                        found.uses(),
                        !found.active().isEmpty(),
                        found.uses()
                                .reopening(Names.module(path), found.settings().builds()),
                        (key, value) -> {
                            if (!found.settings().has(path, key)) {
                                leave(
                                        ctx,
                                        path,
                                        new Left(
                                                String.join(".", key) + " = " + value,
                                                "It could not be written. Set it in the configuration of the"
                                                        + " application."));
                            }
                        })
                .move(file, ctx);
        Remains.list(moved, library(), packageName(), left -> leave(ctx, path, left));
        found.composed()
                .getOrDefault(path, Set.of())
                .forEach(name -> leave(
                        ctx,
                        path,
                        new Left(
                                "@" + name.substring(name.lastIndexOf('.') + 1),
                                "It is of another library, and has an annotation of " + packageName()
                                        + " as a meta-annotation. It stays as it is, with what activates it. Replace it by"
                                        + " the annotations of this library, with what it sets.")));
        return moved;
    }

    /**
     * A file with annotations that are moved.
     *
     * @param file the file
     * @param path its path
     */
    record Annotated(JavaSourceFile file, String path) {}

    /**
     * What was found in all files.
     *
     * @param modules the modules that use the library
     * @param left the paths of the files that use it beyond what is moved
     * @param active those of the files with annotations that stay and have to be activated
     * @param activating those of the files that activate annotations
     * @param settings what the annotations had and the configuration gets
     * @param catalogs the version catalogs of Gradle
     * @param uses what code uses of methods
     * @param numbers the values of placeholders
     * @param files the build files
     * @param later the files with annotations whose settings are to be found once all constants are known
     * @param composed annotations of other libraries that are composed of those of the library, by files
     * @param projects which directories are in the build
     */
    record Found(
            Set<String> modules,
            Set<String> left,
            Set<String> active,
            Set<String> activating,
            AddedSettings settings,
            Catalogs catalogs,
            Uses uses,
            Numbers numbers,
            BuildFiles files,
            List<Annotated> later,
            Map<String, Set<String>> composed,
            Projects projects) {

        /** Decides what needs all files: composed annotations that the sources declare are moved with these. */
        void settle() {
            composed.values().forEach(names -> names.removeIf(uses.composed()::isDeclared));
            composed.values().removeIf(Set::isEmpty);
            composed.keySet().forEach(path -> {
                modules.add(Names.module(path));
                active.add(path);
                left.add(path);
            });
        }

        /** What is known of the build. */
        BuildFiles.Build build() {
            Set<String> kept = new TreeSet<>();
            left.forEach(file -> kept.add(Names.module(file)));
            if (!active.isEmpty()) {
                activating.forEach(file -> kept.add(Names.module(file)));
            }
            return new BuildFiles.Build(settings.builds(), catalogs, modules, kept, true);
        }
    }
}
