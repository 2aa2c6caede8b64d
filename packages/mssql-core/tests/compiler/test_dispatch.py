from mssql_core.compiler.dispatch import CompilerDispatch


class A:
    pass


class B(A):
    pass


class C(B):
    pass


def f():
    pass


def g():
    pass


def h():
    pass


def test_the_nearest_class_comes_first():
    assert CompilerDispatch([{A: f}, {B: g}]).functions(C) == (g, f)


def test_at_one_class_plugins_come_in_their_order_before_core():
    assert CompilerDispatch([{A: f}, {A: g}, {A: h}]).functions(B) == (f, g, h)


def test_a_class_with_a_method_of_its_own_ends_the_walk():
    class Own(B):
        def as_microsoft(self, compiler, connection):
            pass

    assert CompilerDispatch([{A: f}]).functions(Own) == ()
    assert CompilerDispatch([{Own: g, A: f}]).functions(Own) == (g,)


def test_unknown_classes_have_none():
    assert CompilerDispatch([{A: f}]).functions(int) == ()
