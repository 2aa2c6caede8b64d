"""Trees as two packages keep them: nested sets with a left and a right number, and paths of fixed steps."""

from django.db import models


class Category(models.Model):
    """A nested set; the tree is a number of its own, so that moves touch one tree."""

    name = models.CharField(max_length=50)
    slug = models.SlugField(max_length=60, unique=True)
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    lft = models.PositiveIntegerField(editable=False)
    rght = models.PositiveIntegerField(editable=False)
    tree_id = models.PositiveIntegerField(db_index=True, editable=False)
    level = models.PositiveIntegerField(editable=False)

    class Meta:
        ordering = ["tree_id", "lft"]
        indexes = [models.Index(fields=["tree_id", "lft"], name="trees_in_order")]
        constraints = [models.CheckConstraint(condition=models.Q(rght__gt=models.F("lft")), name="trees_left_right")]


class Folder(models.Model):
    """A materialised path: steps of four characters."""

    path = models.CharField(max_length=255, unique=True)
    depth = models.PositiveIntegerField()
    numchild = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=30)

    class Meta:
        ordering = ["path"]
        constraints = [models.CheckConstraint(condition=models.Q(depth__gt=0), name="trees_depth")]
