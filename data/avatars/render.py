"""Off-screen studio for make.py: puts a head in front of a VTK camera and takes its picture.

VTK draws four times larger than asked for; averaging blocks of 4x4 pixels is the area filter.
"""
import numpy as np
from vtkmodules import vtkRenderingOpenGL2  # noqa: F401  registers the OpenGL backend
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkLight,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkTexture,
    vtkWindowToImageFilter,
)

SUPERSAMPLING = 4
CAMERA_DISTANCE = 5.0  # in picture heights; near enough for a little perspective


def area_average(image, factor=SUPERSAMPLING):
    """Mean over blocks of factor x factor pixels."""
    height, width = image.shape
    blocks = image.reshape(height // factor, factor, width // factor, factor)
    return blocks.mean(axis=(1, 3))  # (height / factor, width / factor)


def vertex_normals(vertices, quads):
    """Unit normals per vertex, averaged over the faces around it, weighted by their area."""
    a, b, c, d = (vertices[quads[:, i]] for i in range(4))
    face_normals = np.cross(c - a, d - b)  # (faces, 3), length = twice the area
    normals = np.zeros_like(vertices)
    for i in range(4):
        np.add.at(normals, quads[:, i], face_normals)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def hollowness(vertices, normals, edges):
    """How far each vertex lies below its neighbours' mean, in edge lengths: above 0 in creases."""
    step = vertices[edges[:, 1]] - vertices[edges[:, 0]]  # (edges, 3)
    count = np.maximum(np.bincount(edges[:, 0], minlength=len(vertices)), 1)
    depth = np.bincount(edges[:, 0], (step * normals[edges[:, 0]]).sum(1), len(vertices)) / count
    length = np.bincount(edges[:, 0], np.linalg.norm(step, axis=1), len(vertices)) / count
    return depth / np.maximum(length, 1e-9)


def picture(grey):
    """A grey image with values in 0..1 as a VTK texture image, first row at the bottom."""
    image = vtkImageData()
    image.SetDimensions(grey.shape[1], grey.shape[0], 1)
    bytes_ = np.round(np.clip(grey, 0, 1) * 255).astype(np.uint8)
    image.GetPointData().SetScalars(numpy_to_vtk(np.repeat(bytes_.reshape(-1, 1), 3, axis=1),
                                                 deep=True))
    return image


class Part:
    """One mesh with its own material: skin, eyes, teeth, ..."""

    def __init__(self, quads, texture_coordinates=None, specular=0.0):
        self.index, local = np.unique(quads, return_inverse=True)  # only the vertices it uses
        local = local.reshape(quads.shape)
        cells = np.hstack([np.full((len(local), 1), 4), local]).astype(np.int64)
        self.data = vtkPolyData()
        polygons = vtkCellArray()
        polygons.ImportLegacyFormat(numpy_to_vtkIdTypeArray(cells.ravel(), deep=True))
        self.data.SetPolys(polygons)
        self.actor = vtkActor()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self.data)
        self.actor.SetMapper(mapper)
        self.texture = None
        if texture_coordinates is not None:
            self.texture = vtkTexture()
            self.texture.InterpolateOn()
            self.actor.SetTexture(self.texture)
            coordinates = numpy_to_vtk(texture_coordinates[self.index].astype(np.float32),
                                       deep=True)
            self.data.GetPointData().SetTCoords(coordinates)
        material = self.actor.GetProperty()
        material.SetInterpolationToPhong()
        material.SetSpecular(specular)
        material.SetSpecularPower(30)

    def paint(self, image):
        self.texture.SetInputDataObject(picture(image))

    def place(self, vertices, normals):
        points = vtkPoints()
        points.SetData(numpy_to_vtk(vertices[self.index].astype(np.float32), deep=True))
        self.data.SetPoints(points)
        own = normals[self.index].astype(np.float32)
        self.data.GetPointData().SetNormals(numpy_to_vtk(own, deep=True))

    def shade(self, grey):
        """Colour per vertex, 0..1; multiplies the texture where there is one."""
        bytes_ = np.round(np.clip(grey[self.index], 0, 1) * 255).astype(np.uint8)
        self.data.GetPointData().SetScalars(numpy_to_vtk(np.repeat(bytes_[:, None], 3, axis=1),
                                                         deep=True))
        self.data.Modified()


class Studio:
    """A camera, two lamps and a head's parts; the picture spans -0.5..0.5 in x and y at z = 0."""

    def __init__(self, parts, size):
        self.parts = parts
        self.scene = vtkRenderer()
        self.scene.SetBackground(0, 0, 0)
        self.scene.AutomaticLightCreationOff()
        self.lamps = [vtkLight(), vtkLight()]
        for lamp in self.lamps:
            lamp.SetLightTypeToSceneLight()
            self.scene.AddLight(lamp)
        for part in parts.values():
            self.scene.AddActor(part.actor)
        self.window = vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        # the supersampling is ours, so that it is the same everywhere
        self.window.SetMultiSamples(0)
        self.window.SetAlphaBitPlanes(1)
        self.window.SetSize(size * SUPERSAMPLING, size * SUPERSAMPLING)
        self.window.AddRenderer(self.scene)
        self._set_up_camera()

    def _set_up_camera(self):
        camera = self.scene.GetActiveCamera()
        camera.SetPosition(0, 0, CAMERA_DISTANCE)
        camera.SetFocalPoint(0, 0, 0)
        camera.SetViewAngle(np.degrees(2 * np.arctan(0.5 / CAMERA_DISTANCE)))
        camera.SetClippingRange(CAMERA_DISTANCE - 3, CAMERA_DISTANCE + 5)

    def light(self, directions, intensities, ambient):
        for lamp, direction, intensity in zip(self.lamps, directions, intensities, strict=True):
            lamp.SetPosition(*(100 * np.asarray(direction)))
            lamp.SetFocalPoint(0, 0, 0)
            lamp.SetIntensity(intensity)
        for part in self.parts.values():
            part.actor.GetProperty().SetAmbient(ambient)

    def _shoot(self):
        """Grey image and coverage, both 0..1, supersampled, first row at the top."""
        self.window.Render()
        grab = vtkWindowToImageFilter()
        grab.SetInput(self.window)
        grab.SetInputBufferTypeToRGBA()
        grab.ReadFrontBufferOff()
        grab.Update()
        image = grab.GetOutput()
        width, height, _ = image.GetDimensions()
        rgba = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, 4)[::-1] / 255
        return rgba[..., 0], rgba[..., 3]

    def photograph(self):
        """Grey image premultiplied by coverage, and coverage: two (size, size) arrays."""
        grey, coverage = self._shoot()
        return area_average(grey * coverage), area_average(coverage)

    def measure(self, values, part):
        """Picture of a value per vertex (not below 0) on one visible part; all else counts as 0."""
        largest = max(values.max(), 1e-9)
        for name, each in self.parts.items():
            each.shade(values / largest if name == part else np.zeros_like(values))
            each.actor.GetProperty().LightingOff()
            # VTK would add it to the value; light() sets it anew
            each.actor.GetProperty().SetAmbient(0)
            each.actor.SetTexture(None)
        grey, _ = self._shoot()
        for each in self.parts.values():
            each.actor.GetProperty().LightingOn()
            each.actor.SetTexture(each.texture)
        return area_average(grey) * largest  # (size, size)
